import type { StructuralSchema } from '@serval/kube/schema';
import type { PodSchemas } from '../../schema/pod-schemas.ts';

const text: StructuralSchema = { type: 'string' };
const container: StructuralSchema = {
  type: 'object',
  required: ['name'],
  properties: { name: text, image: text, args: { type: 'array', items: text } },
};
const definitions: Record<string, StructuralSchema> = {
  'core/v1.PodSpec': {
    type: 'object',
    required: ['containers'],
    properties: {
      containers: {
        type: 'array',
        items: container,
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['name'],
      },
      serviceAccountName: text,
      nodeSelector: { type: 'object', additionalProperties: text },
    },
  },
  'core/v1.PersistentVolumeClaimSpec': {
    type: 'object',
    properties: { storageClassName: text, accessModes: { type: 'array', items: text } },
  },
};

/** A few fields of each Pod part: what objects are made from, where Pods are not the point. */
export const smallPods: PodSchemas = {
  container,
  podSpecFields: definitions['core/v1.PodSpec']?.properties ?? {},
  definition(name) {
    const found = definitions[name];
    if (!found) throw new Error(`no small form of ${name}`);
    return found;
  },
  ownerOf: () => undefined,
};
