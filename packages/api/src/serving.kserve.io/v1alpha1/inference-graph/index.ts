export { inferenceGraphs, inferenceGraphV1alpha1 } from './resource.ts';
export type * from './types.ts';
export { validateInferenceGraph } from './validate.ts';
