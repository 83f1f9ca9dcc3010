import type { FieldError } from '@serval/kube/schema';
import { FieldErrors } from '../../../schema/field-errors.ts';
import {
  autoscalerClassAnnotation,
  autoscalerClasses,
  deploymentModeAnnotation,
  deploymentModes,
  presentModeName,
} from './annotations.ts';
import { frameworkFields } from './formats.ts';
import { predictorImplementations } from './implementations.ts';
import type { InferenceService } from './types.ts';
import { validateComponent } from './validate-component.ts';
import { validateStorage } from './validate-storage.ts';

/** As a child is named `NAME-predictor` and a Service's name has at most 63 characters. */
const maxNameLength = 63 - '-predictor'.length;

/**
 * Every error of an InferenceService that a schema cannot tell, with its field path. `old` is the stored object of an
 * update. Wrong types are the schema's business: this reads fields leniently and never throws.
 */
export function validateInferenceService(service: InferenceService, old?: InferenceService): FieldError[] {
  const errors = new FieldErrors();
  validateName(service, errors);
  validateAnnotations(service, old, errors);
  const spec = service.spec ?? {};
  const predictor = spec.predictor;
  if (typeof predictor !== 'object' || predictor === null) {
    errors.required(
      'spec.predictor',
      'must say what to serve, for example model: {modelFormat: {name: xgboost}, storageUri: …}',
    );
    return errors.list;
  }
  const implementations = predictorImplementations(predictor);
  if (implementations.length === 0) {
    errors.required(
      'spec.predictor',
      `must have exactly one of model, ${frameworkFields.join(', ')}, containers; it has none`,
    );
  }
  if (implementations.length > 1) {
    errors.invalid(
      'spec.predictor',
      `must have exactly one of model, ${frameworkFields.join(', ')}, containers; it has ${implementations.join(' and ')}`,
    );
  }
  validateComponent('spec.predictor', predictor, errors);
  for (const field of ['model', ...frameworkFields] as const) {
    const model = predictor[field];
    if (typeof model !== 'object' || model === null) continue;
    const path = `spec.predictor.${field}`;
    if (field === 'model' && !predictor.model?.modelFormat?.name) {
      errors.required(`${path}.modelFormat.name`, 'must name the format of the model, for example xgboost');
    }
    if (model.name) errors.forbidden(`${path}.name`, 'must not be set: the runtime names its container');
    validateStorage(path, model, predictor.storageUris, errors);
  }
  if (spec.transformer) {
    validateComponent('spec.transformer', spec.transformer, errors);
    if (!spec.transformer.containers?.length) errors.required('spec.transformer.containers', 'must have a container');
  }
  if (spec.explainer) {
    validateComponent('spec.explainer', spec.explainer, errors);
    const forms = [spec.explainer.art !== undefined, Boolean(spec.explainer.containers?.length)].filter(Boolean).length;
    if (forms !== 1)
      errors.invalid(
        'spec.explainer',
        `must have exactly one of art, containers; it has ${forms === 0 ? 'none' : 'both'}`,
      );
  }
  return errors.list;
}

function validateName({ metadata }: InferenceService, errors: FieldErrors): void {
  const name = metadata.name ?? '';
  // Without a name the API server makes one of generateName, after admission.
  if (name === '' && metadata.generateName) return;
  if (!/^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(name)) {
    errors.invalid(
      'metadata.name',
      `must be lower-case letters, digits and "-", start with a letter and end with a letter or digit; got ${JSON.stringify(name)}`,
    );
  } else if (name.length > maxNameLength) {
    errors.invalid(
      'metadata.name',
      `must have at most ${maxNameLength} characters, as children are named NAME-predictor; it has ${name.length}`,
    );
  }
}

function validateAnnotations(service: InferenceService, old: InferenceService | undefined, errors: FieldErrors): void {
  const annotations = service.metadata.annotations ?? {};
  const path = (key: string) => `metadata.annotations[${key}]`;
  const autoscaler = annotations[autoscalerClassAnnotation];
  if (autoscaler !== undefined && !(autoscalerClasses as readonly string[]).includes(autoscaler)) {
    errors.unsupported(path(autoscalerClassAnnotation), autoscaler, autoscalerClasses);
  }
  const mode = annotations[deploymentModeAnnotation];
  if (mode === undefined) return;
  if (!(deploymentModes as readonly string[]).includes(mode)) {
    errors.unsupported(path(deploymentModeAnnotation), mode, deploymentModes);
    return;
  }
  const settled = old?.status?.deploymentMode;
  if (settled && presentModeName(settled) !== presentModeName(mode) && !service.metadata.deletionTimestamp) {
    errors.forbidden(
      path(deploymentModeAnnotation),
      `must stay ${presentModeName(settled)}, which the service runs in; got ${mode}`,
    );
  }
}
