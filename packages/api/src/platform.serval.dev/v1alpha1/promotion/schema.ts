import type { StructuralSchema } from '@serval/kube/schema';
import { Type } from 'typebox';
import { int32, int64 } from '../../../schema/fields.ts';
import type { InferenceService } from '../../../serving.kserve.io/v1beta1/inference-service/index.ts';
import { commonStatusFields, conditions } from '../../conditions.ts';
import { keyedBy, labelName } from '../../fields.ts';

export const digestForm = 'must be sha256: and 64 hexadecimal digits';
export const digestPattern = /^sha256:[0-9a-f]{64}$/;

const digest = (description: string) =>
  Type.String({
    maxLength: 71,
    description,
    'x-kubernetes-validations': [{ rule: "self.matches('^sha256:[0-9a-f]{64}$')", message: digestForm }],
  });

const text = (description: string) => Type.Optional(Type.String({ description }));
const texts = (description: string) =>
  Type.Optional(
    Type.Unsafe<Record<string, string>>({ type: 'object', additionalProperties: { type: 'string' }, description }),
  );

export const approverSchema = Type.Object(
  {
    username: Type.String({ maxLength: 1024, description: 'Name of the user, as the API server authenticated it.' }),
    uid: Type.Optional(
      Type.String({ maxLength: 1024, description: 'UID of the user, where the API server knows one.' }),
    ),
    at: Type.String({ maxLength: 64, description: 'When the decision was written.' }),
  },
  {
    description:
      'Who decided. The platform writes it, from the user that the API server authenticated: what is given here is replaced.',
  },
);

export const approvalSchema = Type.Object(
  {
    decision: Type.Enum(['Approved', 'Rejected'], { type: 'string', description: 'Approved, or Rejected for good.' }),
    digest: Type.Optional(
      digest('What is approved: the digest in the status of the Promotion at that time. Not needed to reject.'),
    ),
    comment: Type.Optional(Type.String({ maxLength: 4096, description: 'Why, for people.' })),
    approvedBy: Type.Optional(approverSchema),
  },
  {
    description:
      'The decision of somebody who is allowed the verb approve on the pipeline. It is written after the Promotion was made, once.',
    'x-kubernetes-validations': [
      { rule: 'self == oldSelf', message: 'must not be changed: a decision is made once. Make another Promotion' },
      { rule: "self.decision != 'Approved' || has(self.digest)", message: 'must name the digest that is approved' },
    ],
  },
);

const isUnchanged = (field: string) => `self.${field} == oldSelf.${field}`;
const optionalIsUnchanged = (field: string) =>
  `has(self.${field}) == has(oldSelf.${field}) && (!has(self.${field}) || ${isUnchanged(field)})`;

export const promotionSpecSchema = Type.Object(
  {
    pipeline: labelName('Pipeline of the same namespace.'),
    service: labelName('Service that is promoted.'),
    from: Type.Optional(labelName('Stage whose running version is promoted.')),
    digest: Type.Optional(
      digest('Instead of from: digest of an earlier Promotion of the service into the stage, to go back to it.'),
    ),
    to: labelName('Stage that it is promoted to, or review for an environment of its own.'),
    approval: Type.Optional(approvalSchema),
  },
  {
    description: 'What is promoted, from where to where. All of it but the approval stays as it was written.',
    'x-kubernetes-validations': [
      { rule: 'has(self.from) != has(self.digest)', message: 'must have exactly one of from and digest' },
      { rule: '!has(self.from) || self.from != self.to', message: 'must lead from one stage to another' },
      {
        rule: [...['pipeline', 'service', 'to'].map(isUnchanged), ...['from', 'digest'].map(optionalIsUnchanged)].join(
          ' && ',
        ),
        message: 'must not be changed, but for the approval: make another Promotion',
      },
      {
        rule: '!has(oldSelf.approval) || has(self.approval)',
        message: 'must keep its approval: a decision is made once',
      },
    ],
  },
);

/** A service as it is in a stage, without what is of the stage alone. Kept whole, so that going back to it needs nothing else. */
const keptService = (description: string) =>
  Type.Optional(
    Type.Object(
      {
        labels: texts('Its labels.'),
        annotations: texts('Its annotations.'),
        spec: Type.Unsafe<InferenceService['spec']>({
          type: 'object',
          'x-kubernetes-preserve-unknown-fields': true,
          description: 'Its specification.',
        }),
      },
      { description },
    ),
  );

const content = Type.Object(
  {
    images: Type.Optional(
      Type.Array(
        Type.Object({
          container: Type.String({ description: 'Name of the container.' }),
          image: text('Its image, with the digest that runs.'),
        }),
        { ...keyedBy('container'), description: 'Images of the containers.' },
      ),
    ),
    storageUri: text('Where the model was read from.'),
    modelRevision: text('Digest of all files of the model.'),
  },
  { description: 'What digest stands for.' },
);

export const promotionStatusSchema = Type.Object(
  {
    ...commonStatusFields,
    digest: text('Digest of all that is promoted: images, content of the model, and the service itself.'),
    content: Type.Optional(content),
    service: keptService(
      'The service as it was checked: with its images as they run, and without what is of a stage alone. Stages lay their overrides over it.',
    ),
    approvedBy: text('User who approved it.'),
    approvedAt: text('When it was approved.'),
    previous: Type.Optional(
      Type.Object(
        {
          digest: text('Its digest.'),
          promotion: text('Promotion that brought it; absent where none did.'),
          generation: Type.Optional(int64({ description: 'metadata.generation of the service then.' })),
          service: keptService('The service as it was; absent where there was none.'),
        },
        { description: 'What the stage had before, and goes back to when this fails.' },
      ),
    ),
    applied: Type.Optional(
      Type.Object(
        {
          namespace: text('Namespace of the stage.'),
          generation: Type.Optional(
            int64({
              description: 'metadata.generation of the service as it was written last; absent while a write is due.',
            }),
          ),
        },
        { description: 'The service of the stage as this has written it.' },
      ),
    ),
    canary: Type.Optional(
      Type.Object(
        {
          step: Type.Optional(int32({ description: 'Index of the step of the stage.' })),
          trafficPercent: Type.Optional(int32({ description: 'Percent of the requests that go to what is promoted.' })),
          since: text('When the step began, or began anew after the service was not healthy.'),
          healthySince: text('Since when all has been well at this step.'),
        },
        { description: 'How far the traffic was moved.' },
      ),
    ),
    rolledBack: Type.Optional(Type.Boolean({ description: 'Whether the stage has again what it had before.' })),
    startedAt: text('When the checks began.'),
    completedAt: text('When nothing was left to do.'),
    conditions: conditions('Checked, Approved, Applied, Healthy, in this order.'),
  },
  { description: 'How far it is, and the record of it afterwards.' },
);

export function promotionSchema(): StructuralSchema {
  return {
    type: 'object',
    required: ['spec'],
    properties: {
      spec: promotionSpecSchema as StructuralSchema,
      status: promotionStatusSchema as StructuralSchema,
    },
  };
}
