import type { WriteOptions } from './request-options.ts';

/**
 * `request.options` of an AdmissionReview: those of the operation that is carried out, so a patch brings UpdateOptions, or
 * CreateOptions where it makes the object (apiserver: patchToUpdateOptions, patchToCreateOptions).
 */
export function operationOptions(
  kind: 'CreateOptions' | 'UpdateOptions',
  { dryRun, fieldManager, fieldValidation }: Pick<WriteOptions, 'dryRun' | 'fieldManager' | 'fieldValidation'>,
): Record<string, unknown> {
  return {
    kind,
    apiVersion: 'meta.k8s.io/v1',
    ...(dryRun ? { dryRun: ['All'] } : {}),
    fieldManager,
    fieldValidation,
  };
}
