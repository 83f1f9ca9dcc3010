import { Type } from 'typebox';
import { int32 } from '../../schema/fields.ts';

const most = (description: string) => Type.Optional(int32({ minimum: 1, description }));

const lora = Type.Object(
  {
    // An adapter is described as a model is, so a schema of it would never end.
    adapters: Type.Optional(
      Type.Unsafe<LoraAdapter[]>({
        'x-kubernetes-preserve-unknown-fields': true,
        description: 'Adapters beside the base model: each with uri and name, and the fields of a model.',
      }),
    ),
    maxAdapters: most('Most adapters that one batch may use.'),
    maxCpuAdapters: most('Most adapters that are kept in the memory of the machine.'),
    maxRank: most('Highest rank of the adapters.'),
  },
  { description: 'Adapters (LoRA) that are served beside the base model.' },
);

/** One adapter: a model of its own. */
interface LoraAdapter {
  uri?: string;
  name?: string;
  [field: string]: unknown;
}

const common = {
  uri: Type.String({
    description: 'Where the weights are fetched from: hf://, s3://, gs://, pvc://, oci:// and others.',
  }),
  name: Type.Optional(Type.String({ description: 'Name that requests use. Default: the name of the service.' })),
  lora: Type.Optional(lora),
};

const what = { description: 'The model that is served.' };

/** `spec.model` of v1alpha1. */
export const modelV1alpha1 = Type.Object(
  {
    ...common,
    criticality: Type.Optional(
      Type.Enum(['Critical', 'Standard', 'Sheddable'], {
        type: 'string',
        description: 'How its requests fare when there is not room for all: Sheddable ones are dropped first.',
      }),
    ),
  },
  what,
);

/** `spec.model` of v1alpha2. */
export const modelV1alpha2 = Type.Object(
  {
    ...common,
    confidential: Type.Optional(
      Type.Object(
        {
          enabled: Type.Boolean({ description: 'Whether the weights are decrypted inside of the workload.' }),
          resourceId: Type.Optional(Type.String({ description: 'Key of the weights at the key broker.' })),
        },
        { description: 'Weights that are encrypted at rest.' },
      ),
    ),
  },
  what,
);
