import type { StructuralSchema } from '@serval/kube/schema';
import { Type } from 'typebox';
import { localModelStorageSchema } from '../local-model-cache/schema.ts';

export const localModelNodeSpecSchema = Type.Object(
  {
    localModels: Type.Array(
      Type.Object({
        sourceModelUri: Type.String({ description: 'Where the model is fetched from.' }),
        modelName: Type.String({ description: 'Name of the cache that asks for the model.' }),
        namespace: Type.Optional(
          Type.String({ description: 'Namespace of that cache; absent for one of the whole cluster.' }),
        ),
        nodeGroup: Type.Optional(
          Type.String({
            description: 'LocalModelNodeGroup whose volume takes the model, where the node is in several.',
          }),
        ),
        serviceAccountName: Type.Optional(
          Type.String({ description: 'ServiceAccount whose credentials fetch the model.' }),
        ),
        storage: Type.Optional(localModelStorageSchema),
      }),
      { description: 'Models that the node is to keep; others are removed from its disk.' },
    ),
  },
  { description: 'What the node is to keep. Written by the controller of the caches.' },
);

const modelStates = ['', 'ModelDownloadPending', 'ModelDownloading', 'ModelDownloaded', 'ModelDownloadError'] as const;

export const localModelNodeStatusSchema = Type.Object(
  {
    modelStatus: Type.Optional(
      Type.Unsafe<Record<string, (typeof modelStates)[number]>>({
        type: 'object',
        additionalProperties: { type: 'string', enum: [...modelStates] },
        description: 'How far each model is, by modelName or NAMESPACE/modelName.',
      }),
    ),
  },
  { description: 'What was observed last.' },
);

export function localModelNodeSchema(): StructuralSchema {
  return {
    type: 'object',
    properties: {
      spec: localModelNodeSpecSchema as StructuralSchema,
      status: localModelNodeStatusSchema as StructuralSchema,
    },
  };
}
