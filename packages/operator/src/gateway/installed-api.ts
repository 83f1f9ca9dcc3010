import type { CustomResourceDefinition } from '@serval/api';
import type { StructuralSchema } from '@serval/kube/schema';

/** What the definitions of the Gateway API in a cluster allow. */
export interface InstalledGatewayApi {
  /** `v1.2.1`; undefined where the definitions do not say. */
  readonly version: string | undefined;
  /** `standard` or `experimental`. */
  readonly channel: string | undefined;
  /** Of `v1`, where it is served. */
  readonly schemas: ReadonlyMap<string, StructuralSchema>;
}

export const gatewayApiGroup = 'gateway.networking.k8s.io';
export const bundleVersionAnnotation = `${gatewayApiGroup}/bundle-version`;
export const channelAnnotation = `${gatewayApiGroup}/channel`;

/** Reads definitions of the Gateway API; those of other groups are left out. Version and channel are those of HTTPRoute, which routes need. */
export function readGatewayApi(definitions: readonly CustomResourceDefinition[]): InstalledGatewayApi {
  const own = definitions.filter(({ spec }) => spec.group === gatewayApiGroup);
  const annotations = own.find(({ spec }) => spec.names.kind === 'HTTPRoute')?.metadata.annotations;
  const schemas = new Map<string, StructuralSchema>();
  for (const { spec } of own) {
    const version = spec.versions.find(({ name, served }) => name === 'v1' && served);
    if (version) schemas.set(spec.names.kind, version.schema.openAPIV3Schema);
  }
  return { version: annotations?.[bundleVersionAnnotation], channel: annotations?.[channelAnnotation], schemas };
}

/** Whether `v1` of a kind has a field; lists are stepped into without saying so: `spec`, `rules`, `timeouts`. What is kept open has any. */
export function hasField({ schemas }: InstalledGatewayApi, kind: string, path: readonly string[]): boolean {
  let node = schemas.get(kind);
  for (const field of path) {
    while (node?.items) node = node.items;
    if (node?.['x-kubernetes-preserve-unknown-fields'] || node?.additionalProperties !== undefined) return true;
    node = node?.properties?.[field];
  }
  return node !== undefined;
}

/** `Gateway API v1.1.0 (standard)`. */
export function nameOfApi({ version, channel }: InstalledGatewayApi): string {
  return ['Gateway API', version, channel && `(${channel})`].filter(Boolean).join(' ');
}
