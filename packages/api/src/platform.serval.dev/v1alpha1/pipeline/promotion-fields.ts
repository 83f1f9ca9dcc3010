import type { JsonObject } from '@serval/kube/objects';
import { Type } from 'typebox';
import { int32 } from '../../../schema/fields.ts';
import { asSet, asWhole, labelName } from '../../fields.ts';

const maxChecks = 16;
const maxCanarySteps = 16;

/** JSON of any shape, as a model takes and gives it. */
const anyJson = (description: string) =>
  Type.Unsafe<JsonObject>({ type: 'object', 'x-kubernetes-preserve-unknown-fields': true, description });

const predictionRequestSchema = Type.Object(
  {
    protocol: Type.Optional(
      Type.Enum(['v1', 'v2'], {
        type: 'string',
        description: 'Protocol of the request. Default: that of the service.',
      }),
    ),
    path: Type.Optional(
      Type.String({
        maxLength: 1024,
        description: 'Path of the request. Default: the path at which the protocol has the predictions of the model.',
      }),
    ),
    body: anyJson('Body of the request.'),
  },
  { description: 'The request that is sent.' },
);

export const promotionCheckSchema = Type.Object(
  {
    type: Type.Enum(['Ready', 'Prediction'], {
      type: 'string',
      description:
        'Ready: the service is Ready in the stage that it comes from. Prediction: it answers a known request with what is known to be right.',
    }),
    request: Type.Optional(predictionRequestSchema),
    expect: Type.Optional(
      anyJson('The answer, or that part of it which counts: fields that are not named here may be anything.'),
    ),
    tolerance: Type.Optional(
      Type.Number({
        minimum: 0,
        description: 'How far a number may be from the expected one, as its absolute difference. Default 0.',
      }),
    ),
  },
  {
    'x-kubernetes-validations': [
      {
        rule: "self.type == 'Prediction' ? has(self.request) && has(self.expect) : !has(self.request) && !has(self.expect) && !has(self.tolerance)",
        message: 'a Prediction must have request and expect, and no other check may have them or a tolerance',
      },
    ],
  },
);

export const stagePromotionSchema = Type.Object(
  {
    approval: Type.Optional(
      Type.Enum(['Required', 'None'], {
        type: 'string',
        default: 'None',
        description:
          'Required: somebody who is allowed the verb approve on the pipeline must approve what was checked. None (the default): what passes the checks is applied.',
      }),
    ),
    from: Type.Optional(
      Type.Array(labelName('Name of an earlier stage.'), {
        minItems: 1,
        maxItems: 16,
        ...asSet,
        description: 'Stages that services may come from. Default: the stage before this one.',
      }),
    ),
    checks: Type.Optional(
      Type.Array(promotionCheckSchema, {
        maxItems: maxChecks,
        ...asWhole,
        description: 'What must hold before anything is changed. Credentials of the stage are tried in any case.',
      }),
    ),
    progressDeadlineSeconds: Type.Optional(
      int32({
        minimum: 1,
        maximum: 86_400,
        default: 600,
        description:
          'How long the service may take to become healthy in the stage before it is rolled back. Default 600.',
      }),
    ),
  },
  { description: 'How services get into the stage.' },
);

export const canarySchema = Type.Object(
  {
    steps: Type.Array(
      Type.Object({
        trafficPercent: int32({
          minimum: 1,
          maximum: 99,
          description: 'Percent of the requests that go to what is promoted.',
        }),
        holdSeconds: Type.Optional(
          int32({
            minimum: 0,
            maximum: 86_400,
            default: 60,
            description: 'How long the service must stay healthy at this step before the next one. Default 60.',
          }),
        ),
      }),
      {
        minItems: 1,
        maxItems: maxCanarySteps,
        ...asWhole,
        description: 'Steps, with more traffic each; then all of it.',
      },
    ),
  },
  { description: 'Services get the traffic of the stage step by step. Default: all at once.' },
);
