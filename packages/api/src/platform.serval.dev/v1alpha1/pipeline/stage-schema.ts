import type { IntOrString } from '@serval/kube/objects';
import { Type } from 'typebox';
import { int32, quantity } from '../../../schema/fields.ts';
import { registryCredentialsSchema, storageCredentialsSchema } from '../../credentials/schema.ts';
import { keyedBy, labelName } from '../../fields.ts';
import { canarySchema, stagePromotionSchema } from './promotion-fields.ts';

const maxOverrides = 256;
/** As the service of an override: all that have none of their own. */
export const everyService = '*';

const amounts = (description: string) =>
  Type.Optional(
    Type.Unsafe<Record<string, IntOrString>>({ type: 'object', additionalProperties: quantity(), description }),
  );

export const stageOverrideSchema = Type.Object({
  service: Type.String({
    minLength: 1,
    maxLength: 63,
    description: 'Name of a service, or * for all that have no entry of their own.',
  }),
  minReplicas: Type.Optional(int32({ minimum: 0, description: 'Fewest replicas of the predictor.' })),
  maxReplicas: Type.Optional(int32({ minimum: 0, description: 'Most replicas of the predictor.' })),
  resources: Type.Optional(
    Type.Object(
      {
        requests: amounts('What is reserved for the container.'),
        limits: amounts('What the container may take at most.'),
      },
      { description: 'Resources of the container that serves the model, amount by amount.' },
    ),
  ),
  storageUri: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 2048,
      description: 'Where the model is read from in this stage. What is there must be the content that was checked.',
    }),
  ),
});

export const stageSchema = Type.Object({
  name: labelName('Name of the stage.'),
  namespace: labelName('Namespace of the stage, of this one alone. It stays as it is.', [
    { rule: "!self.startsWith('kube-')", message: 'must not be a namespace of the system: those start with kube-' },
    { rule: 'self == oldSelf', message: 'must not be changed: services live there. Make another stage' },
  ]),
  reclaim: Type.Optional(
    Type.Enum(['Retain', 'Delete'], {
      type: 'string',
      default: 'Retain',
      description:
        'What becomes of the services that were promoted into the stage when it or the pipeline goes. Retain (the default): they stay. Delete: they go as well.',
    }),
  ),
  promotion: Type.Optional(stagePromotionSchema),
  canary: Type.Optional(canarySchema),
  registryCredentials: Type.Optional(
    registryCredentialsSchema('Credentials for images in this stage, which go before those of the pipeline.'),
  ),
  storageCredentials: Type.Optional(
    storageCredentialsSchema('Credentials for models in this stage, which go before those of the pipeline.'),
  ),
  overrides: Type.Optional(
    Type.Array(stageOverrideSchema, {
      maxItems: maxOverrides,
      ...keyedBy('service'),
      description: 'What is different in this stage from the service as it was checked.',
    }),
  ),
});
