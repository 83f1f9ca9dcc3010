import type { FieldErrors } from '../../../../schema/field-errors.ts';
import { readNumber, readObject, readObjects, readText } from '../../../../schema/lenient.ts';
import { deploymentModeAnnotation, presentModeName } from '../annotations.ts';
import { frameworkFields } from '../formats.ts';
import type { InferenceService, PredictorSpec } from '../types.ts';
import { annotationsOf } from './annotations.ts';
import { validateComponent } from './component.ts';
import { validatePredictor } from './predictor.ts';

/** A canary has as many Pods as it says, so nothing scales it; and it runs on one node. */
const withoutScaling = ['maxReplicas', 'scaleTarget', 'scaleMetric', 'autoScaling', 'workerSpec'] as const;
const namePattern = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;

/** The other predictors that get a share of the traffic (KServe's validateCanarySpecs). */
export function validateCanaries(service: InferenceService, errors: FieldErrors): void {
  const canaries = readObjects(service.spec.canary);
  if (canaries.length === 0) return;
  const mode = presentModeName(annotationsOf(service)[deploymentModeAnnotation] ?? 'Standard');
  if (mode !== 'Standard')
    errors.forbidden('spec.canary', `must not be set in other modes than Standard, the mode is ${mode}`);
  const stable = readObject(service.spec.predictor) ?? {};
  validateStable(stable, errors);
  const names = new Map<string, string>();
  const stableName = readText(stable.name);
  if (stableName) names.set(stableName, 'spec.predictor.name');
  let total = 0;
  for (const [index, canary] of canaries) {
    const path = `spec.canary[${index}]`;
    const share = readNumber(canary.trafficPercent) ?? 0;
    total += share;
    if (share < 0 || share > 100) errors.invalid(`${path}.trafficPercent`, `must be from 0 to 100, got ${share}`);
    const predictor = readObject(canary.predictor);
    if (!predictor) {
      errors.required(`${path}.predictor`, 'must say what the canary serves');
      continue;
    }
    validateName(`${path}.predictor.name`, readText(predictor.name) ?? '', names, errors);
    validateCanary(`${path}.predictor`, predictor, stable, errors);
  }
  if (total > 100) errors.invalid('spec.canary', `must have at most 100 percent of the traffic together, got ${total}`);
}

function validateStable(stable: Partial<PredictorSpec>, errors: FieldErrors): void {
  if (!['model', ...frameworkFields].some((form) => readObject(stable[form] as object | undefined))) {
    errors.invalid('spec.predictor', 'must serve a model for canaries of it; it runs containers of its own');
  }
  if (readNumber(stable.canaryTrafficPercent) !== undefined) {
    errors.forbidden(
      'spec.predictor.canaryTrafficPercent',
      'must not be set beside spec.canary: either splits the traffic',
    );
  }
}

function validateName(path: string, name: string, taken: Map<string, string>, errors: FieldErrors): void {
  const other = taken.get(name);
  if (name === '') errors.required(path, 'must name the canary: its children are called SERVICE-NAME-predictor');
  else if (!namePattern.test(name)) {
    errors.invalid(
      path,
      `must be lower-case letters, digits and "-", start with a letter; got ${JSON.stringify(name)}`,
    );
  } else if (other) errors.duplicate(path, `must be unique, ${other} is ${JSON.stringify(name)} too`);
  else taken.set(name, path);
}

function validateCanary(
  path: string,
  predictor: PredictorSpec,
  stable: Partial<PredictorSpec>,
  errors: FieldErrors,
): void {
  validatePredictor(path, predictor, errors);
  validateComponent(path, predictor, errors);
  for (const field of withoutScaling) {
    // A zero is no value to KServe.
    if (predictor[field] !== undefined && predictor[field] !== 0) {
      errors.forbidden(`${path}.${field}`, 'must not be set: the replicas of a canary are fixed, and on one node each');
    }
  }
  const replicas = readNumber(predictor.minReplicas);
  const most = readNumber(stable.minReplicas) ?? 1;
  if (replicas !== undefined && replicas > most) {
    errors.invalid(`${path}.minReplicas`, `must be at most that of spec.predictor (${most}), got ${replicas}`);
  }
}
