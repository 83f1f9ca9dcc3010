import type { Condition, IntOrString } from '@serval/kube/objects';
import { Type } from 'typebox';

/** A string-to-string map. TypeBox's own Record would become `patternProperties`, which a structural schema may not have. */
export const stringMap = () =>
  Type.Unsafe<Record<string, string>>({ type: 'object', additionalProperties: { type: 'string' } });

export const intOrString = () => Type.Unsafe<IntOrString>({ 'x-kubernetes-int-or-string': true });

export const int32 = (options: object = {}) => Type.Integer({ format: 'int32', ...options });
export const int64 = (options: object = {}) => Type.Integer({ format: 'int64', ...options });

/** An object whose fields are not described here: they are kept as they come. */
export const openObject = <T = Record<string, unknown>>(options: object = {}) =>
  Type.Unsafe<T>({ type: 'object', 'x-kubernetes-preserve-unknown-fields': true, ...options });

/** `metav1.Condition` with the fields that older shapes lack optional. */
export const condition = () =>
  Type.Unsafe<Condition>({
    type: 'object',
    required: ['type', 'status'],
    properties: {
      type: { type: 'string' },
      status: { type: 'string' },
      reason: { type: 'string' },
      message: { type: 'string' },
      severity: { type: 'string' },
      observedGeneration: { type: 'integer', format: 'int64' },
      lastTransitionTime: { type: 'string' },
    },
  });
