import type { FieldErrors } from '../../../../schema/field-errors.ts';
import { readObject, readObjects, readText, readTexts } from '../../../../schema/lenient.ts';
import { validateEnvironment, validateEnvironments } from '../../../blocked-environment.ts';
import type { ComponentSpec, FrameworkSpec, InferenceService } from '../types.ts';
import { storageVariable, validateModelStorage, validateStorageUris } from './storage.ts';

const storeTypes: readonly string[] = ['s3', 'hdfs', 'webhdfs'];

/** A transformer is containers of one's own. */
export function validateTransformer(path: string, transformer: ComponentSpec, errors: FieldErrors): void {
  if (readObjects(transformer.containers).length === 0) {
    errors.required(`${path}.containers`, 'must have a container, whose image transforms');
  }
  validateOwnContainers(path, transformer, undefined, errors);
}

/** An explainer is `art` or containers of one's own. */
export function validateExplainer(
  path: string,
  explainer: NonNullable<InferenceService['spec']['explainer']>,
  errors: FieldErrors,
): void {
  const art = readObject(explainer.art);
  const hasContainers = readObjects(explainer.containers).length > 0;
  if (Boolean(art) === hasContainers) {
    errors.invalid(path, `must have exactly one of art, containers; it has ${art ? 'both' : 'none'}`);
  }
  const at = `${path}.art`;
  if (art) {
    validateModelStorage(at, art, errors);
    validateStore(at, art, errors);
    validateEnvironment(at, art, errors);
  }
  validateOwnContainers(path, explainer, readText(art?.storageUri) ? `${at}.storageUri` : undefined, errors);
}

/** An explainer with `storage` fetches from stores of these kinds only (KServe's validateStorageSpec). */
function validateStore(path: string, art: FrameworkSpec, errors: FieldErrors): void {
  const storage = readObject(art.storage);
  if (!storage) return;
  const uri = readText(art.storageUri);
  const scheme = uri?.split('://', 1)[0] ?? '';
  if (uri) {
    if (!storeTypes.includes(scheme)) {
      errors.invalid(
        `${path}.storageUri`,
        `must start with one of ${storeTypes.join(', ')} beside storage; got ${scheme}`,
      );
    }
    return;
  }
  const type = readTexts(storage.parameters)['type'];
  if (type !== undefined && !storeTypes.includes(type)) {
    errors.unsupported(`${path}.storage.parameters[type]`, type, storeTypes);
  }
}

function validateOwnContainers(
  path: string,
  component: ComponentSpec,
  single: string | undefined,
  errors: FieldErrors,
): void {
  const [first] = readObjects(component.containers);
  const variable = first && storageVariable(`${path}.containers[${first[0]}]`, first[1]);
  validateStorageUris(path, component, single ?? variable, errors);
  validateEnvironments(`${path}.containers`, component.containers, errors);
  validateEnvironments(`${path}.initContainers`, component.initContainers, errors);
}
