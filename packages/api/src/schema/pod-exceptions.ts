import type { StructuralSchema } from '@serval/kube/schema';

/**
 * Where Pod parts of serving kinds differ from those of a Pod, so that whatever KServe's released CRDs take is taken here.
 * Keyed by definition, without its group.
 */
export const podExceptions: Readonly<Record<string, (schema: StructuralSchema) => StructuralSchema>> = {
  // A probe without a port goes to the first port of its container (KServe leaves it out of `required`).
  HTTPGetAction: ({ required: _, ...schema }) => schema,
  // Metadata of what is made from a template: a name and a UID of its own would make no sense (controller-gen's embedded metadata).
  ObjectMeta: ({ properties = {}, ...schema }) => ({ ...schema, properties: pick(properties, embeddedMetadata) }),
};

const embeddedMetadata = ['name', 'namespace', 'labels', 'annotations', 'finalizers'];

function pick<T>(from: Readonly<Record<string, T>>, names: readonly string[]): Record<string, T> {
  return Object.fromEntries(Object.entries(from).filter(([name]) => names.includes(name)));
}
