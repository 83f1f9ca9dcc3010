import { type CustomResourceDefinition, customResourceDefinitions, gatewayApiCrds } from '@serval/api';
import { type Reflector, systemClock } from '@serval/kube/client';
import type { StructuralSchema } from '@serval/kube/schema';
import { gatewayDefinitionNames } from '../declarations/gateway.ts';
import type { Scope } from '../scope/scope.ts';

/**
 * Follows the definitions of the Gateway API that routes depend on, each by its name, so that no other is ever listed. Descriptions and
 * rules, which are most of them, are not kept. Where one may not be read, but its kind is served, it is taken to be the one that `serval up` has.
 * On the system's clock: beginning such a watch anew makes API servers read every definition.
 */
export function watchGatewayDefinitions(scope: Scope) {
  const { httpRoute, grpcRoute } = gatewayDefinitionNames;
  const [http, grpc] = [watchDefinition(scope, httpRoute), watchDefinition(scope, grpcRoute)];
  return {
    httpRouteDefinition: http.reflector,
    grpcRouteDefinition: grpc.reflector,
    /** To be told whether the kinds are served. */
    onHttpRoutes: http.onInstalled,
    onGrpcRoutes: grpc.onInstalled,
  };
}

interface WatchedDefinition {
  readonly reflector: Reflector<CustomResourceDefinition>;
  onInstalled(installed: boolean): void;
}

type Listener = Parameters<Reflector<CustomResourceDefinition>['onChange']>[0];

function watchDefinition(scope: Scope, name: string): WatchedDefinition {
  const assumed = gatewayApiCrds().filter(({ metadata }) => metadata.name === name);
  const listeners = new Set<Listener>();
  let isRefused = false;
  let isInstalled = false;
  const tell = () => {
    for (const object of assumed) for (const listener of [...listeners]) listener({ type: 'updated', object });
  };
  const reflector = scope.reflect(customResourceDefinitions, {
    fieldSelector: `metadata.name=${name}`,
    transform: withoutTexts,
    clock: systemClock,
    without: `routes are written for the fields of ${assumed.length > 0 ? 'the release that Serval knows' : 'no release'}`,
    onRefused(now) {
      isRefused = now;
      tell();
    },
  });
  return {
    reflector: {
      ...reflector,
      list(filter) {
        if (!isRefused) return reflector.list(filter);
        return isInstalled ? assumed : [];
      },
      onChange(listener) {
        listeners.add(listener);
        const stop = reflector.onChange(listener);
        return () => {
          listeners.delete(listener);
          stop();
        };
      },
    },
    onInstalled(installed) {
      isInstalled = installed;
      if (isRefused) tell();
    },
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
