import { objectMetaSchema, type StructuralSchema } from '@serval/kube/schema';
import { fromStructural } from './from-structural.ts';
import type { JsonSchema } from './json-schema.ts';

const descriptions: Readonly<Record<string, string>> = {
  name: 'Name of the object, unique among the objects of its kind in the namespace. It cannot be changed.',
  generateName: 'Beginning of a name that the API server completes, where name is left out.',
  namespace: 'Namespace of the object. Default: that of the request.',
  labels: 'Keys and values that objects are selected by.',
  annotations: 'Keys and values for people and programs, which select nothing.',
  ownerReferences: 'Objects that this one belongs to; it is deleted when all of them are.',
  finalizers: 'What must be done, and taken off here, before the object goes away.',
  uid: 'Set by the API server: one for each object that ever was.',
  resourceVersion: 'Set by the API server: changes with each write. Given in an update, it must be the current one.',
  generation: 'Set by the API server: counts the changes of what is wanted.',
  creationTimestamp: 'Set by the API server.',
  deletionTimestamp: 'Set by the API server when the deletion was asked for.',
  deletionGracePeriodSeconds: 'Set by the API server: time that is left for a clean end.',
  managedFields: 'Set by the API server: who wrote which fields.',
  selfLink: 'No longer set.',
};

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const subdomain = `${label}(\\.${label})*`;
const word = '[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?';

/** What API servers ask of names, keys and values, beyond their types (apimachinery's validation of metadata). */
const rules: Readonly<Record<string, JsonSchema>> = {
  name: { pattern: `^${subdomain}$`, maxLength: 253 },
  namespace: { pattern: `^(${label})?$`, maxLength: 63 },
  labels: {
    propertyNames: { pattern: `^(${subdomain}/)?${word}$`, maxLength: 317 },
    additionalProperties: { type: ['string', 'null'], pattern: `^(${word})?$`, maxLength: 63 },
  },
};

/** `metadata` of any object: a name or the beginning of one, and what else Kubernetes knows there. */
export function metadataSchema(): JsonSchema {
  const plain = fromStructural(
    { told: objectMetaSchema as StructuralSchema, checked: undefined },
    { ownerOf: () => undefined, onDefinition: () => undefined, filledIn: new Set() },
  );
  const fields = Object.entries(plain.properties ?? {}).map(([name, field]) => {
    const description = Object.hasOwn(descriptions, name) ? { description: descriptions[name] } : {};
    return [name, { ...description, ...field, ...(Object.hasOwn(rules, name) ? rules[name] : {}) }] as const;
  });
  return {
    description: 'Name, namespace, labels and annotations of the object.',
    ...plain,
    properties: Object.fromEntries(fields) as Record<string, JsonSchema>,
    anyOf: [{ required: ['name'] }, { required: ['generateName'] }],
  };
}
