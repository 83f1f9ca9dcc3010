import type { StructuralSchema } from '@serval/kube/schema';
import { Type } from 'typebox';
import { quantity } from '../../../schema/fields.ts';
import type { PodSchemas } from '../../../schema/pod-schemas.ts';

export const nodeGroupSpecFields = {
  storageLimit: quantity({ description: 'Most storage that cached models may take on each node of the group.' }),
};

export const nodeGroupStatusSchema = Type.Object(
  {
    used: Type.Optional(quantity({ description: 'Storage that cached models take on each node.' })),
    available: Type.Optional(quantity({ description: 'Storage that is left for others.' })),
  },
  { description: 'What was observed last.' },
);

export function localModelNodeGroupSchema(pods: PodSchemas): StructuralSchema {
  const { properties, required = [] } = Type.Object(nodeGroupSpecFields) as StructuralSchema;
  return {
    type: 'object',
    properties: {
      spec: {
        type: 'object',
        description: 'The disks of a group of nodes, as volumes that downloads and services use.',
        required: [...required, 'persistentVolumeSpec', 'persistentVolumeClaimSpec'],
        properties: {
          ...properties,
          persistentVolumeSpec: {
            ...volumeSpec(pods.definition('core/v1.PersistentVolumeSpec')),
            description: 'The volumes that are made; their nodeAffinity says which nodes are in the group.',
          },
          persistentVolumeClaimSpec: {
            ...pods.definition('core/v1.PersistentVolumeClaimSpec'),
            description: 'The claims that are made for these volumes.',
          },
        },
      },
      status: nodeGroupStatusSchema as StructuralSchema,
    },
  };
}

/** As in KServe's CRD: unlike that of a PersistentVolume, the reference to a claim is merged field by field. */
function volumeSpec(schema: StructuralSchema): StructuralSchema {
  const { claimRef, ...properties } = schema.properties ?? {};
  return {
    ...schema,
    properties: { ...properties, claimRef: { ...claimRef, 'x-kubernetes-map-type': 'granular' } },
  };
}
