export { trainedModels, trainedModelV1alpha1 } from './resource.ts';
export type * from './types.ts';
export { validateTrainedModel } from './validate.ts';
