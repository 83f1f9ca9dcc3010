import { apiVersionOf, parseApiVersion } from '@serval/kube/objects';
import type { StructuralSchema } from '@serval/kube/schema';
import { servalKinds } from '../crd/crds.ts';
import type { KindVersion } from '../crd/kind-version.ts';
import { checkPodSchemas, type PodSchemas } from '../schema/pod-schemas.ts';
import { nearestName } from './nearest-name.ts';

/** Made when the first object of a kind is checked, as full Pod schemas cost; never changed afterwards. */
const made: { pods?: PodSchemas } = {};
const schemas = new WeakMap<KindVersion, StructuralSchema>();

/** The full schema of a kind, Pods down to their last field. Shared: never change it. */
export function checkSchemaOf(kind: KindVersion): StructuralSchema {
  let schema = schemas.get(kind);
  if (!schema) {
    made.pods ??= checkPodSchemas();
    schema = kind.schema(made.pods);
    schemas.set(kind, schema);
  }
  return schema;
}

export function kindOf(apiVersion: string, kind: string): KindVersion | undefined {
  return servalKinds.find(({ resource }) => resource.kind === kind && apiVersionOf(resource) === apiVersion);
}

/** Why there is no such kind, where its group is one of Serval's; nothing for all other groups. */
export function missingKind(apiVersion: string, kind: string): string | undefined {
  const { group } = parseApiVersion(apiVersion);
  const ofGroup = servalKinds.filter(({ resource }) => resource.group === group);
  if (ofGroup.length === 0) return undefined;
  const versions = ofGroup
    .filter(({ resource }) => resource.kind === kind)
    .map(({ resource }) => apiVersionOf(resource));
  if (versions.length > 0) return `${kind} is served as ${versions.join(' and ')}, not as ${apiVersion}`;
  const kinds = [...new Set(ofGroup.map(({ resource }) => resource.kind))];
  const meant = nearestName(kind, kinds);
  return `${group} has no kind ${kind}${meant ? `; did you mean ${JSON.stringify(meant)}?` : `, it has ${kinds.join(', ')}`}`;
}
