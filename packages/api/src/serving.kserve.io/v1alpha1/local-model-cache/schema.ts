import type { StructuralSchema } from '@serval/kube/schema';
import { Type } from 'typebox';
import { quantity, stringMap } from '../../../schema/fields.ts';

/** KServe's LocalModelStorageSpec. */
export const localModelStorageSchema = Type.Object(
  {
    key: Type.Optional(Type.String({ description: 'Entry of the Secret storage-config that has the credentials.' })),
    parameters: Type.Optional(stringMap({ description: 'Settings that replace those of the entry.' })),
  },
  { description: 'Credentials and settings for fetching the model.' },
);

export const localModelCacheSpecSchema = Type.Object(
  {
    sourceModelUri: Type.String({
      description: 'Where the model is fetched from. Services with this storageUri, or one below it, use the cache.',
      'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'must not be changed: make another cache' }],
    }),
    modelSize: quantity({ description: "Size of the model, which counts against the node group's storageLimit." }),
    nodeGroups: Type.Array(Type.String(), {
      minItems: 1,
      description: 'LocalModelNodeGroups whose nodes keep the model.',
    }),
    serviceAccountName: Type.Optional(
      Type.String({ description: 'ServiceAccount whose credentials fetch the model.' }),
    ),
    storage: Type.Optional(localModelStorageSchema),
  },
  { description: 'The model, and the nodes that keep it.' },
);

const nodeStates = [
  '',
  'NodeNotReady',
  'NodeDownloadPending',
  'NodeDownloading',
  'NodeDownloaded',
  'NodeDownloadError',
] as const;

const users = (kind: string) =>
  Type.Optional(
    Type.Array(
      Type.Object({
        namespace: Type.Optional(Type.String({ description: 'Its namespace.' })),
        name: Type.Optional(Type.String({ description: 'Its name.' })),
      }),
      { description: `${kind}s that use the cache.` },
    ),
  );

export const localModelCacheStatusSchema = Type.Object(
  {
    nodeStatus: Type.Optional(
      Type.Unsafe<Record<string, (typeof nodeStates)[number]>>({
        type: 'object',
        additionalProperties: { type: 'string', enum: [...nodeStates] },
        description: 'How far each node is, by its name.',
      }),
    ),
    copies: Type.Optional(
      Type.Object(
        {
          available: Type.Optional(Type.Integer({ description: 'Nodes that have the model.' })),
          total: Type.Optional(Type.Integer({ description: 'Nodes that should have it.' })),
          failed: Type.Optional(Type.Integer({ description: 'Nodes that could not fetch it.' })),
        },
        { description: 'How many nodes have the model.' },
      ),
    ),
    inferenceServices: users('InferenceService'),
    llmInferenceServices: users('LLMInferenceService'),
  },
  { description: 'What was observed last.' },
);

export function localModelCacheSchema(): StructuralSchema {
  return {
    type: 'object',
    properties: {
      spec: localModelCacheSpecSchema as StructuralSchema,
      status: localModelCacheStatusSchema as StructuralSchema,
    },
  };
}
