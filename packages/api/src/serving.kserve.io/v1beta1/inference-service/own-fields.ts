import { componentFields, modelFields } from './component-fields.ts';
import { frameworkFields } from './formats.ts';

/** Fields of a predictor, transformer or explainer that are not its PodSpec's. */
export const componentOwnFields: ReadonlySet<string> = new Set([
  ...Object.keys(componentFields),
  ...frameworkFields,
  'model',
  'name',
  'storageUris',
  'storageContainerName',
  'workerSpec',
  'art',
]);

/** Fields of `model` that are not its container's. */
export const modelOwnFields: ReadonlySet<string> = new Set(Object.keys(modelFields));
