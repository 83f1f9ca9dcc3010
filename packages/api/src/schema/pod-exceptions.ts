import type { StructuralSchema } from '@serval/kube/schema';

/** Metadata of what is made from a template: a UID or a time of its own would make no sense (controller-gen's embedded metadata). */
const embeddedMetadata: ReadonlySet<string> = new Set(['name', 'namespace', 'labels', 'annotations', 'finalizers']);

type Change = (schema: StructuralSchema) => StructuralSchema;

/**
 * Where Pod parts of serving kinds differ from those of a Pod, so that whatever KServe's released CRDs take is taken here and
 * comes back with the same meaning. Keyed by definition, without its group.
 */
export const podExceptions: Readonly<Record<string, Change>> = {
  // A probe without a port goes to the first port of its container.
  HTTPGetAction: withoutRequired,
  TCPSocketAction: withoutRequired,
  PodOS: withoutRequired,
  // They take in a reference that is replaced as a whole, and with it this property.
  ConfigMapEnvSource: replacedAsWhole,
  SecretEnvSource: replacedAsWhole,
  ConfigMapVolumeSource: replacedAsWhole,
  ConfigMapProjection: replacedAsWhole,
  SecretProjection: replacedAsWhole,
  ObjectMeta: ({ properties = {}, ...schema }) => ({
    ...schema,
    properties: Object.fromEntries(Object.entries(properties).filter(([name]) => embeddedMetadata.has(name))),
  }),
};

function withoutRequired({ required: _, ...schema }: StructuralSchema): StructuralSchema {
  return schema;
}

function replacedAsWhole(schema: StructuralSchema): StructuralSchema {
  return { ...schema, 'x-kubernetes-map-type': 'atomic' };
}

/** Lists that KServe's own copy of PodSpec, unlike the Pod's, does not merge: server-side apply replaces them as a whole. */
const plainFields: ReadonlySet<string> = new Set([
  'containers',
  'initContainers',
  'ephemeralContainers',
  'hostAliases',
  'imagePullSecrets',
  'volumes',
]);

/** A field of PodSpec as InferenceServices and runtimes have it among their own. */
export function embeddedPodField(name: string, schema: StructuralSchema): StructuralSchema {
  if (!plainFields.has(name)) return schema;
  const { 'x-kubernetes-list-type': _type, 'x-kubernetes-list-map-keys': _keys, ...plain } = schema;
  return plain;
}
