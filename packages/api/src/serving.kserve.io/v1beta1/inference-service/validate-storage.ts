import type { FieldErrors } from '../../../schema/field-errors.ts';
import { storageUriProblem } from './storage-uri.ts';
import type { FrameworkSpec, StorageUri } from './types.ts';

/** One source of a model, in one of three forms: storageUri, storage.path, or the component's storageUris. */
export function validateStorage(
  path: string,
  model: FrameworkSpec,
  storageUris: StorageUri[] | undefined,
  errors: FieldErrors,
): void {
  if (typeof model.storageUri === 'string') {
    const problem = storageUriProblem(model.storageUri);
    if (problem) errors.invalid(`${path}.storageUri`, problem);
    if (model.storage?.path !== undefined) {
      errors.forbidden(`${path}.storage.path`, 'must not be set beside storageUri: either says where the model is');
    }
    if (storageUris) errors.forbidden('spec.predictor.storageUris', `must not be set beside ${path}.storageUri`);
  }
  for (const [index, entry] of (Array.isArray(storageUris) ? storageUris : []).entries()) {
    const at = `spec.predictor.storageUris[${index}]`;
    const problem = storageUriProblem(String(entry?.uri ?? ''));
    if (problem) errors.invalid(`${at}.uri`, problem);
    if (entry?.mountPath !== undefined && !entry.mountPath.startsWith('/')) {
      errors.invalid(`${at}.mountPath`, `must be an absolute path, got ${JSON.stringify(entry.mountPath)}`);
    }
  }
}
