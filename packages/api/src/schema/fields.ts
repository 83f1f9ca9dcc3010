import type { Condition, IntOrString } from '@serval/kube/objects';
import { Type } from 'typebox';
import { intOrStringSchema, quantitySchema } from './quantity-schema.ts';

/** A string-to-string map. TypeBox's own Record would become `patternProperties`, which a structural schema may not have. */
export const stringMap = (options: object = {}) =>
  Type.Unsafe<Record<string, string>>({ type: 'object', additionalProperties: { type: 'string' }, ...options });

export const intOrString = (options: object = {}) =>
  Type.Unsafe<IntOrString>({ ...intOrStringSchema('definitions'), ...options });

/** An amount such as 500m, 2 or 1.5Gi: a number or a text. */
export const quantity = (options: object = {}) =>
  Type.Unsafe<IntOrString>({ ...quantitySchema('definitions'), ...options });

export const int32 = (options: object = {}) => Type.Integer({ format: 'int32', ...options });
export const int64 = (options: object = {}) => Type.Integer({ format: 'int64', ...options });

/** `metav1.Condition` with the fields that older shapes lack optional. */
export const condition = () =>
  Type.Unsafe<Condition>({
    type: 'object',
    required: ['type', 'status'],
    properties: {
      type: { type: 'string', description: 'What it is about; each type is there once.' },
      status: { type: 'string', description: 'True, False or Unknown.' },
      reason: { type: 'string', description: 'Why, in one word for programs.' },
      message: { type: 'string', description: 'Why, for people.' },
      severity: { type: 'string', description: 'How bad it is when not True: empty for an error, or Warning, Info.' },
      observedGeneration: {
        type: 'integer',
        format: 'int64',
        description: 'metadata.generation that the condition speaks of.',
      },
      lastTransitionTime: { type: 'string', description: 'When the status last became another one.' },
    },
  });
