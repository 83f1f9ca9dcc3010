import { type CustomResourceDefinition, gatewayApiCrds } from '@serval/api';
import type { StructuralSchema } from '@serval/kube/schema';
import { capabilitiesOf, type GatewayCapabilities } from './capabilities.ts';
import { readGatewayApi } from './installed-api.ts';

/** A gateway as test data describes it. */
export interface DescribedGateway {
  /** Controller of the class; none without. */
  controller?: string;
  /** Label `app.kubernetes.io/version` of the class. */
  version?: string;
  /** What the class publishes. */
  supportedFeatures?: string[];
  /** Fields that the definitions lack: `HTTPRoute.spec.rules.timeouts`. */
  lacks?: string[];
  /** With a definition of GRPCRoute. */
  grpcRoute?: boolean;
  /** Without any definition. */
  absent?: boolean;
}

export function describedCapabilities(described: DescribedGateway): GatewayCapabilities {
  const { controller, version, supportedFeatures, lacks = [], absent } = described;
  const definitions = absent ? [] : structuredClone(gatewayApiCrds());
  for (const definition of definitions) {
    definition.metadata.annotations = {
      'gateway.networking.k8s.io/bundle-version': lacks.length > 0 ? 'v1.1.0' : 'v1.4.1',
      'gateway.networking.k8s.io/channel': 'standard',
    };
  }
  for (const path of lacks) withoutField(definitions, path.split('.'));
  if (described.grpcRoute) definitions.push(grpcRouteDefinition());
  return capabilitiesOf(
    readGatewayApi(definitions),
    controller === undefined
      ? undefined
      : {
          apiVersion: 'gateway.networking.k8s.io/v1',
          kind: 'GatewayClass',
          metadata: { name: 'edge', ...(version ? { labels: { 'app.kubernetes.io/version': version } } : {}) },
          spec: { controllerName: controller },
          ...(supportedFeatures ? { status: { supportedFeatures: supportedFeatures.map((name) => ({ name })) } } : {}),
        },
  );
}

function withoutField(definitions: readonly CustomResourceDefinition[], [kind, ...path]: string[]): void {
  const definition = definitions.find(({ spec }) => spec.names.kind === kind);
  const last = path.pop() ?? '';
  let node = definition?.spec.versions.find(({ name }) => name === 'v1')?.schema.openAPIV3Schema;
  const inside = (schema: StructuralSchema | undefined): StructuralSchema | undefined =>
    schema?.items ? inside(schema.items) : schema;
  for (const field of path) node = inside(node)?.properties?.[field];
  const properties = inside(node)?.properties;
  if (!properties?.[last]) throw new Error(`${kind} has no ${[...path, last].join('.')} to leave out`);
  delete properties[last];
}

/** As much of it as is asked for here. */
function grpcRouteDefinition(): CustomResourceDefinition {
  const anything: StructuralSchema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'grpcroutes.gateway.networking.k8s.io' },
    spec: {
      group: 'gateway.networking.k8s.io',
      scope: 'Namespaced',
      names: { kind: 'GRPCRoute', listKind: 'GRPCRouteList', plural: 'grpcroutes', singular: 'grpcroute' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', properties: { spec: anything } } },
        },
      ],
    },
  };
}
