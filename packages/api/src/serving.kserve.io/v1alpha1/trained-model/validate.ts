import { checkDns1035Label, compareQuantities, isQuantity } from '@serval/kube/objects';
import type { FieldError } from '@serval/kube/schema';
import { FieldErrors } from '../../../schema/field-errors.ts';
import { readObject, readText } from '../../../schema/lenient.ts';
import type { TrainedModel } from './types.ts';

/** What the agent beside a server can fetch (KServe's agent/storage SupportedProtocols). */
const schemes = ['s3://', 'gs://', 'https://', 'http://'] as const;

/** Every error of a trained model that a schema cannot tell (KServe's TrainedModel webhook). */
export function validateTrainedModel(trained: TrainedModel, old?: TrainedModel): FieldError[] {
  const errors = new FieldErrors();
  const name = readText(trained.metadata.name) ?? '';
  if (name.includes('.')) {
    errors.invalid(
      'metadata.name',
      `must have no ".", as it is part of the model's address; got ${JSON.stringify(name)}`,
    );
  }
  const spec = readObject(trained.spec);
  const parent = readText(spec?.inferenceService);
  const problem = parent === undefined ? undefined : checkDns1035Label(parent);
  if (problem) errors.invalid('spec.inferenceService', `${problem}; got ${JSON.stringify(parent)}`);

  const model = readObject(spec?.model);
  const uri = readText(model?.storageUri);
  const scheme = schemes.find((known) => uri?.startsWith(known));
  if (uri !== undefined && !scheme) {
    // Not the address itself, which may hold a password.
    const got = /^[a-z0-9+.-]+:\/\//i.exec(uri)?.[0] ?? 'none of them';
    errors.invalid('spec.model.storageUri', `must start with one of ${schemes.join(', ')}; got ${got}`);
  } else if (uri !== undefined && uri === scheme) {
    errors.invalid('spec.model.storageUri', `must name something after ${scheme}`);
  }
  if (model?.framework === '') errors.required('spec.model.framework', 'must name the format of the model');

  const [memory, before] = [model?.memory, readObject(readObject(old?.spec)?.model)?.memory];
  if (!isQuantity(memory)) return errors.list;
  if (compareQuantities(memory, 0) <= 0) errors.invalid('spec.model.memory', `must be more than 0, got ${memory}`);
  if (isQuantity(before) && compareQuantities(memory, before) !== 0) {
    errors.forbidden(
      'spec.model.memory',
      `must stay ${before}, as the server reserved it; got ${memory}. Delete the model and make it anew`,
    );
  }
  return errors.list;
}
