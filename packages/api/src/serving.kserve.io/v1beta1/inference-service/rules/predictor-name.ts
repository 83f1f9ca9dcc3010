import type { FieldErrors } from '../../../../schema/field-errors.ts';
import { readObject, readObjects, readText } from '../../../../schema/lenient.ts';
import { frameworkFields } from '../formats.ts';
import type { InferenceService } from '../types.ts';
import { storageUriVariable } from './storage.ts';

/**
 * Another name means other Pods, which would be for nothing if they served the same: a name changes with the model, as when
 * a canary takes over (KServe's validatePredictorNameChange).
 */
export function validatePredictorName(
  service: InferenceService,
  old: InferenceService | undefined,
  errors: FieldErrors,
): void {
  if (!old) return;
  const [now, before] = [service, old].map(({ spec }) => readText(readObject(spec?.predictor)?.name) ?? '');
  if (now === before || sourceOf(service) !== sourceOf(old)) return;
  errors.forbidden(
    'spec.predictor.name',
    `must stay ${JSON.stringify(before)} while the model stays; got ${JSON.stringify(now)}`,
  );
}

function sourceOf({ spec }: InferenceService): string {
  const predictor = readObject(spec?.predictor);
  for (const form of ['model', ...frameworkFields] as const) {
    const uri = readText(readObject(predictor?.[form])?.storageUri);
    if (uri !== undefined) return uri;
  }
  const variables = readObjects(predictor?.containers).flatMap(([, { env }]) => readObjects(env));
  return readText(variables.find(([, { name }]) => name === storageUriVariable)?.[1].value) ?? '';
}
