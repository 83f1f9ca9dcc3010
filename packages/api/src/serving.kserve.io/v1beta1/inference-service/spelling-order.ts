import { frameworkFields } from './formats.ts';

/** What most manifests are about. */
export const inferenceServiceFocus: readonly string[] = [
  'spec.predictor.model',
  'spec.predictor.containers',
  'spec.transformer.containers',
];

/** Forms that `model` has taken the place of, and what is seldom written. */
export const inferenceServiceAside: readonly string[] = [
  ...frameworkFields.map((field) => `spec.predictor.${field}`),
  'spec.predictor.workerSpec',
  'spec.explainer',
  'spec.canary',
  ...frameworkFields.map((field) => `spec.canary.predictor.${field}`),
  'spec.canary.predictor.workerSpec',
];
