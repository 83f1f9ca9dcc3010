import type { Container } from '@serval/kube/objects';
import type { FieldErrors } from '../../../../schema/field-errors.ts';
import { readObject, readObjects, readText } from '../../../../schema/lenient.ts';
import { storageUriProblem } from '../storage-uri.ts';
import type { ComponentSpec, FrameworkSpec, StorageUri } from '../types.ts';
import { validateMountPaths } from './mount-paths.ts';

/** By it, containers of one's own name a source (KServe's custom components). */
export const storageUriVariable = 'STORAGE_URI';

/** One source of a model: storageUri or storage.path. */
export function validateModelStorage(path: string, model: FrameworkSpec, errors: FieldErrors): void {
  const uri = readText(model.storageUri);
  if (uri === undefined) return;
  const problem = storageUriProblem(uri);
  if (problem) errors.invalid(`${path}.storageUri`, problem);
  if (readObject(model.storage)?.path !== undefined) {
    errors.forbidden(`${path}.storage.path`, 'must not be set beside storageUri: either says where the model is');
  }
}

/**
 * The several sources of a component: none of them beside the single one, each with an address and a folder of its own.
 *
 * @param single  Path of the field that names the single source, where one does.
 */
export function validateStorageUris(
  path: string,
  component: ComponentSpec,
  single: string | undefined,
  errors: FieldErrors,
): void {
  if (component.storageUris === undefined) return;
  if (single !== undefined) errors.forbidden(`${path}.storageUris`, `must not be set beside ${single}`);
  const sources: [number, StorageUri][] = readObjects(component.storageUris);
  for (const [index, { uri }] of sources) {
    const problem = storageUriProblem(readText(uri) ?? '');
    if (problem) errors.invalid(`${path}.storageUris[${index}].uri`, problem);
  }
  validateMountPaths(`${path}.storageUris`, sources, errors);
}

/** Path of a container's variable STORAGE_URI, if it has one. */
export function storageVariable(path: string, container: Partial<Container> | undefined): string | undefined {
  const found = readObjects(readObject(container)?.env).find(([, { name }]) => name === storageUriVariable);
  return found && `${path}.env[${found[0]}]`;
}
