import type { StructuralSchema } from '@serval/kube/schema';
import { Type } from 'typebox';
import { condition, int64, quantity, stringMap } from '../../../schema/fields.ts';
import { addressSchema } from '../../v1beta1/inference-service/status-schema.ts';

export const trainedModelSpecSchema = Type.Object(
  {
    inferenceService: Type.String({
      description: 'InferenceService of the same namespace whose server is to load the model.',
    }),
    model: Type.Object(
      {
        storageUri: Type.String({ description: 'Where the model is: s3://, gs://, https:// or http://.' }),
        framework: Type.String({ description: 'Format of the model, as the server names it.' }),
        memory: quantity({ description: 'Memory that the model needs at most. It cannot be changed.' }),
      },
      { description: 'The model to load.' },
    ),
  },
  { description: 'The model, and the server that is to load it.' },
);

export const trainedModelStatusSchema = Type.Object(
  {
    observedGeneration: Type.Optional(int64({ description: 'metadata.generation that this status speaks of.' })),
    conditions: Type.Optional(
      Type.Array(condition(), { description: 'What is true of the model; Ready sums up the others.' }),
    ),
    annotations: Type.Optional(stringMap({ description: 'Further notes of the controller.' })),
    url: Type.Optional(Type.String({ description: 'URL of the model from outside of the cluster.' })),
    address: Type.Optional(addressSchema),
  },
  { description: 'What was observed last.' },
);

export function trainedModelSchema(): StructuralSchema {
  return {
    type: 'object',
    properties: {
      spec: trainedModelSpecSchema as StructuralSchema,
      status: trainedModelStatusSchema as StructuralSchema,
    },
  };
}
