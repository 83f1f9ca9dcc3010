import type { FieldErrors } from '../../../../schema/field-errors.ts';
import { readObject, readObjects, readText } from '../../../../schema/lenient.ts';
import { validateEnvironment, validateEnvironments } from '../../../blocked-environment.ts';
import { frameworkFields } from '../formats.ts';
import { predictorContainerName, predictorImplementations } from '../implementations.ts';
import type { PredictorSpec } from '../types.ts';
import { validateCollocation } from './collocation.ts';
import { validateConfidential } from './confidential.ts';
import { storageVariable, validateModelStorage, validateStorageUris } from './storage.ts';

const ownProtocols: readonly string[] = ['v1', 'v2'];
const forms = ['model', ...frameworkFields] as const;

/** What a predictor serves and where that comes from: of the service itself, or of one of its canaries. */
export function validatePredictor(path: string, predictor: PredictorSpec, errors: FieldErrors): void {
  validateImplementation(path, predictor, errors);
  for (const form of forms) {
    const model = readObject(predictor[form]);
    if (!model) continue;
    const at = `${path}.${form}`;
    if (form === 'model' && !readObject(predictor.model?.modelFormat)?.name) {
      errors.required(`${at}.modelFormat.name`, 'must name the format of the model, for example xgboost');
    }
    validateModelStorage(at, model, errors);
    validateConfidential(at, model, errors);
    validateEnvironment(at, model, errors);
  }
  validateStorageUris(path, predictor, singleSource(path, predictor), errors);
  validateCollocation(path, predictor, errors);
  validateEnvironments(`${path}.containers`, predictor.containers, errors);
  validateEnvironments(`${path}.initContainers`, predictor.initContainers, errors);
}

/**
 * The container of a model has the name that its runtime gives it. Of canaries, KServe's released definitions demand a name
 * there, so it is not forbidden in them.
 */
export function validateModelContainerName(path: string, predictor: PredictorSpec, errors: FieldErrors): void {
  for (const form of forms) {
    if (readObject(predictor[form])?.name) {
      errors.forbidden(`${path}.${form}.name`, 'must not be set: the runtime names its container');
    }
  }
}

function validateImplementation(path: string, predictor: PredictorSpec, errors: FieldErrors): void {
  const found = predictorImplementations(predictor);
  const expected = `must have exactly one of model, ${frameworkFields.join(', ')}, containers`;
  if (found.length === 0) errors.required(path, `${expected}; it has none`);
  if (found.length > 1) errors.invalid(path, `${expected}; it has ${found.join(' and ')}`);
  if (found.length !== 1 || found[0] !== 'containers') return;
  const [first] = readObjects(predictor.containers);
  for (const [index, { name, value }] of readObjects(first?.[1].env)) {
    if (name === 'PROTOCOL' && value !== undefined && !ownProtocols.includes(value)) {
      errors.unsupported(`${path}.containers[${first?.[0]}].env[${index}].value`, String(value), ownProtocols);
    }
  }
}

/** The field that names the model's only source, if one does. */
function singleSource(path: string, predictor: PredictorSpec): string | undefined {
  for (const form of forms) {
    if (readText(readObject(predictor[form])?.storageUri) !== undefined) return `${path}.${form}.storageUri`;
  }
  const own = readObjects(predictor.containers).find(([, { name }]) => name === predictorContainerName);
  return own && storageVariable(`${path}.containers[${own[0]}]`, own[1]);
}
