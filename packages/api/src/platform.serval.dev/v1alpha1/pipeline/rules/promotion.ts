import type { FieldErrors } from '../../../../schema/field-errors.ts';
import { readObject, readObjects, readText } from '../../../../schema/lenient.ts';
import type { PipelineStage, PromotionCheck } from '../types.ts';

/** A golden prediction is small; what is larger belongs to a test of its own, and objects have 1.5 MiB together. */
const maxBodyLength = 64 * 1024;

/** How services get into a stage: from earlier stages of the pipeline, past checks that can be made. */
export function validateStagePromotion(
  path: string,
  stageIndex: number,
  stages: readonly PipelineStage[],
  errors: FieldErrors,
): void {
  const promotion = readObject(readObject(stages[stageIndex])?.promotion);
  const from = Array.isArray(promotion?.from) ? promotion.from : [];
  const named = readObjects(stages).map(([index, { name }]) => [readText(name), index] as const);
  const places = new Map(named.toReversed());
  const earlier = named.flatMap(([name, index]) => (name !== undefined && index < stageIndex ? [name] : []));
  for (const [index, name] of from.entries()) {
    if (readText(name) === undefined || name === '') continue;
    const place = places.get(name);
    if (place !== undefined && place < stageIndex) continue;
    const choice =
      earlier.length > 0
        ? `must be an earlier stage: ${earlier.join(', ')}`
        : 'must be an earlier stage, of which there is none';
    errors.invalid(`${path}.from[${index}]`, `${choice}; ${why(name, place, stageIndex)}`);
  }
  for (const [index, check] of readObjects(promotion?.checks)) validateCheck(`${path}.checks[${index}]`, check, errors);
}

function why(name: string, place: number | undefined, stageIndex: number): string {
  if (place === undefined) return `the pipeline has no stage ${JSON.stringify(name.slice(0, 64))}`;
  return place === stageIndex ? 'this is the stage itself' : `${name} comes later`;
}

function validateCheck(path: string, check: PromotionCheck, errors: FieldErrors): void {
  const { type } = check;
  if (type === 'Prediction') {
    for (const field of ['request', 'expect'] as const) {
      if (check[field] === undefined) errors.required(`${path}.${field}`, 'must be given for a Prediction');
      else if (lengthOf(check[field]) > maxBodyLength) {
        errors.invalid(`${path}.${field}`, `must have at most ${maxBodyLength} characters as JSON`);
      }
    }
    const route = readText(readObject(check.request)?.path);
    if (route !== undefined && !/^\/[^\s#]*$/.test(route)) {
      errors.invalid(`${path}.request.path`, 'must be a path that starts with /, such as /v2/models/iris/infer');
    }
    return;
  }
  if (type !== 'Ready') return;
  for (const field of ['request', 'expect', 'tolerance'] as const) {
    if (check[field] !== undefined) errors.forbidden(`${path}.${field}`, 'must be left out: only a Prediction has it');
  }
}

function lengthOf(value: unknown): number {
  return JSON.stringify(value)?.length ?? 0;
}
