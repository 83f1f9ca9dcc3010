import type { FieldError } from '@serval/kube/schema';
import { FieldErrors } from '../../../schema/field-errors.ts';
import { readObject } from '../../../schema/lenient.ts';
import { annotationsOf, validateAnnotations } from './rules/annotations.ts';
import { autoscalerOf, validateAutoscaling } from './rules/autoscaling.ts';
import { validateCanaries } from './rules/canary.ts';
import { validateComponent } from './rules/component.ts';
import { validateMultiNode } from './rules/multi-node.ts';
import { validateName } from './rules/name.ts';
import { validateModelContainerName, validatePredictor } from './rules/predictor.ts';
import { validatePredictorName } from './rules/predictor-name.ts';
import { validateExplainer, validateTransformer } from './rules/side-components.ts';
import type { ComponentSpec, InferenceService } from './types.ts';

/**
 * Every error of an InferenceService that a schema cannot tell, with its field path: the rules of KServe's webhook, one file
 * each. `old` is the stored object of an update, for what may not change. Wrong types are the schema's business: this reads
 * fields leniently and never throws.
 */
export function validateInferenceService(service: InferenceService, old?: InferenceService): FieldError[] {
  const errors = new FieldErrors();
  validateName(service, errors);
  validateAnnotations(service, old, errors);
  const spec = readObject(service.spec);
  const predictor = readObject(spec?.predictor);
  if (!spec || !predictor) {
    errors.required(
      'spec.predictor',
      'must say what to serve, for example model: {modelFormat: {name: xgboost}, storageUri: …}',
    );
    return errors.list;
  }
  const autoscaler = autoscalerOf(annotationsOf(service));
  const shared = (path: string, component: ComponentSpec) => {
    validateComponent(path, component, errors);
    validateAutoscaling(path, component, autoscaler, errors);
  };
  shared('spec.predictor', predictor);
  validatePredictor('spec.predictor', predictor, errors);
  validateModelContainerName('spec.predictor', predictor, errors);
  validatePredictorName(service, old, errors);
  validateMultiNode(service, errors);
  const transformer = readObject(spec.transformer);
  if (transformer) {
    shared('spec.transformer', transformer);
    validateTransformer('spec.transformer', transformer, errors);
  }
  const explainer = readObject(spec.explainer);
  if (explainer) {
    shared('spec.explainer', explainer);
    validateExplainer('spec.explainer', explainer, errors);
  }
  validateCanaries(service, errors);
  return errors.list;
}
