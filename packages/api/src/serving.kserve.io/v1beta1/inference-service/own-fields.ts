import { componentFields } from './component-fields.ts';
import { frameworkFields } from './formats.ts';
import { modelFields } from './model-fields.ts';
import { predictorFields } from './predictor-fields.ts';

/** Fields of a predictor, transformer or explainer that are not its PodSpec's. */
export const componentOwnFields: ReadonlySet<string> = new Set([
  ...Object.keys(componentFields),
  ...frameworkFields,
  'model',
  ...Object.keys(predictorFields),
  'storageUris',
  'workerSpec',
  'art',
]);

/** Fields of `model` that are not its container's. */
export const modelOwnFields: ReadonlySet<string> = new Set(Object.keys(modelFields));
