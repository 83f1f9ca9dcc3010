import type { StructuralSchema } from '@serval/kube/schema';
import { Type } from 'typebox';
import { int32 } from '../../../schema/fields.ts';
import {
  ownRegistryCredentialsSchema,
  ownStorageCredentialsSchema,
  registryCredentialsSchema,
  storageCredentialsSchema,
} from '../../credentials/schema.ts';
import { asSet, keyedBy, labelName } from '../../fields.ts';
import { stageSchema } from './stage-schema.ts';
import { pipelineStatusSchema } from './status-schema.ts';

const maxStages = 16;
/** Promotions go there for an environment of their own. */
export const reviewStageName = 'review';

/** What API servers judge of all stages together; names are told apart by the key of the list. */
const stageRules = [
  {
    // CEL reserves the word, and API servers call the field so (k8s.io/apiserver, cel/escaping.go).
    rule: 'self.all(stage, self.exists_one(other, other.__namespace__ == stage.__namespace__))',
    message: 'must have a namespace of its own for each stage',
  },
  {
    rule: 'self.all(stage, !has(stage.promotion) || !has(stage.promotion.from) || stage.promotion.from.all(source, source != stage.name && self.exists(other, other.name == source)))',
    message: 'promotion.from must name other stages of the pipeline',
  },
  {
    rule: `!self.exists(stage, stage.name == '${reviewStageName}')`,
    message: `no stage may be named ${reviewStageName}`,
  },
];

export const reviewSchema = Type.Object(
  {
    ttl: Type.Optional(
      Type.String({
        minLength: 2,
        maxLength: 16,
        default: '24h',
        description: 'How long an environment lives, such as 90m, 24h or 1h30m; from 10m to 720h. Default 24h.',
        'x-kubernetes-validations': [
          {
            rule: "self.matches('^([0-9]+h)?([0-9]+m)?$')",
            message: 'must be hours and minutes, such as 90m, 24h or 1h30m',
          },
        ],
      }),
    ),
    namespacePrefix: Type.Optional(
      labelName('What names of their namespaces begin with. Default: the name of the pipeline and -review.'),
    ),
    maxEnvironments: Type.Optional(
      int32({ minimum: 1, maximum: 100, default: 5, description: 'Most environments at a time. Default 5.' }),
    ),
    registryCredentials: Type.Optional(
      ownRegistryCredentialsSchema(
        'Credentials for images. Nothing is inherited, so that none of production is in reach.',
      ),
    ),
    storageCredentials: Type.Optional(
      ownStorageCredentialsSchema(
        'Credentials for models. Nothing is inherited, so that none of production is in reach.',
      ),
    ),
  },
  {
    description: `Short-lived environments, one for each version of a model that is promoted to ${reviewStageName}. Default: none are made.`,
  },
);

export const pipelineSpecSchema = Type.Object(
  {
    stages: Type.Array(stageSchema, {
      minItems: 1,
      maxItems: maxStages,
      ...keyedBy('name'),
      'x-kubernetes-validations': stageRules,
      description: 'Stages in the order in which services go through them.',
    }),
    registryCredentials: Type.Optional(
      registryCredentialsSchema('Credentials for images in all stages, which go before those of the platform.'),
    ),
    storageCredentials: Type.Optional(
      storageCredentialsSchema('Credentials for models in all stages, which go before those of the platform.'),
    ),
    review: Type.Optional(reviewSchema),
    historyLimit: Type.Optional(
      int32({
        minimum: 1,
        maximum: 1000,
        default: 20,
        description: 'How many finished Promotions of a service into a stage are kept. Default 20.',
      }),
    ),
    access: Type.Optional(
      Type.Object(
        {
          groups: Type.Optional(
            Type.Array(Type.String({ minLength: 1, maxLength: 253 }), {
              maxItems: 64,
              ...asSet,
              description: 'Groups of users, as API servers know them.',
            }),
          ),
        },
        {
          description:
            'Whose pipeline it is, for those who list and show it. What they may do is a matter of RBAC alone.',
        },
      ),
    ),
  },
  { description: 'The stages of the pipeline, and the credentials that belong to them.' },
);

export function pipelineSchema(): StructuralSchema {
  return {
    type: 'object',
    required: ['spec'],
    properties: {
      spec: pipelineSpecSchema as StructuralSchema,
      status: pipelineStatusSchema as StructuralSchema,
    },
  };
}
