import { checkDns1123Label } from '@serval/kube/objects';
import type { FieldError } from '@serval/kube/schema';
import { FieldErrors } from '../../../schema/field-errors.ts';
import { readObject, readObjects, readText } from '../../../schema/lenient.ts';
import { validateCredentialLayer } from '../../credentials/validate.ts';
import { validateCanary } from './rules/canary.ts';
import { validateOverrides } from './rules/overrides.ts';
import { validateStagePromotion } from './rules/promotion.ts';
import { validateReview } from './rules/review.ts';
import { validateStages } from './rules/stages.ts';
import type { Pipeline } from './types.ts';

/** Every error of a pipeline that a schema cannot tell. `old` is the stored object of an update. */
export function validatePipeline(pipeline: Pipeline, old?: Pipeline): FieldError[] {
  const errors = new FieldErrors();
  const name = readText(pipeline.metadata?.name);
  // Labels of what belongs to a pipeline have its name as their value.
  const problem = name ? checkDns1123Label(name) : undefined;
  if (problem) errors.invalid('metadata.name', `${problem}; got ${JSON.stringify(name?.slice(0, 64))}`);
  const spec = readObject(pipeline.spec);
  validateStages(spec, readObject(old?.spec), errors);
  validateCredentialLayer('spec', spec, errors);
  for (const [index, stage] of readObjects(spec?.stages)) {
    const path = `spec.stages[${index}]`;
    validateStagePromotion(`${path}.promotion`, index, spec?.stages ?? [], errors);
    validateCanary(`${path}.canary`, stage.canary, errors);
    validateCredentialLayer(path, stage, errors);
    validateOverrides(`${path}.overrides`, stage.overrides, errors);
  }
  validateReview('spec.review', spec?.review, errors);
  return errors.list;
}
