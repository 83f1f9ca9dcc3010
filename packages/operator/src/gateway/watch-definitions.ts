import { type CustomResourceDefinition, customResourceDefinitions } from '@serval/api';
import { createReflector, type ReflectorOptions } from '@serval/kube/client';
import type { StructuralSchema } from '@serval/kube/schema';
import { gatewayDefinitionNames } from '../declarations/gateway.ts';

/**
 * Follows the definitions of the Gateway API that routes depend on, each by its name, so that no other is ever listed. Descriptions and
 * rules, which are most of them, are not kept. On the system's clock: beginning such a watch anew makes API servers read every definition.
 */
export function watchGatewayDefinitions({
  client,
  log,
  signal,
}: Pick<ReflectorOptions<CustomResourceDefinition>, 'client' | 'log' | 'signal'>) {
  const watch = (name: string) =>
    createReflector({
      client,
      log,
      signal,
      resource: customResourceDefinitions,
      fieldSelector: `metadata.name=${name}`,
      transform: withoutTexts,
    });
  const { httpRoute, grpcRoute } = gatewayDefinitionNames;
  return {
    httpRouteDefinition: watch(httpRoute),
    grpcRouteDefinition: watch(grpcRoute),
  };
}

function withoutTexts(definition: CustomResourceDefinition): CustomResourceDefinition {
  const versions = definition.spec.versions
    .filter(({ name, served }) => name === 'v1' && served)
    .map((version) => ({ ...version, schema: { openAPIV3Schema: lean(version.schema.openAPIV3Schema) } }));
  const { status: _, ...rest } = definition;
  return { ...rest, spec: { ...definition.spec, versions } };
}

/** A property that is called `description` is a schema, and stays. */
function lean(schema: StructuralSchema): StructuralSchema {
  const text = JSON.stringify(schema, (key, value: unknown) =>
    (key === 'description' && typeof value === 'string') || key === 'x-kubernetes-validations' ? undefined : value,
  );
  return JSON.parse(text) as StructuralSchema;
}
