import type { FieldErrors } from '../../../../schema/field-errors.ts';
import { readObject, readText } from '../../../../schema/lenient.ts';
import type { FrameworkSpec } from '../types.ts';

const keyPattern = /^kbs:\/\/\/[\w.-]+\/[\w.-]+\/[\w.-]+$/;

/** A model that is decrypted has one source, and a key that the broker can find (KServe's ValidateConfidentialSpec). */
export function validateConfidential(path: string, model: FrameworkSpec, errors: FieldErrors): void {
  const confidential = readObject(model.confidential);
  if (confidential?.enabled !== true) return;
  if (!readText(model.storageUri)) errors.required(`${path}.storageUri`, 'must be set for a confidential model');
  const key = readText(confidential.resourceId);
  if (key && !keyPattern.test(key)) {
    errors.invalid(
      `${path}.confidential.resourceId`,
      `must be of the form kbs:///REPOSITORY/TYPE/TAG, got ${JSON.stringify(key)}`,
    );
  }
}
