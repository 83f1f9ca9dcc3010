export { validatePrioritiesAmong } from './priorities.ts';
export { servingRuntimes, servingRuntimeV1alpha1 } from './resource.ts';
export { runtimeOwnFields, workerOwnFields } from './schema.ts';
export type * from './types.ts';
export { validateServingRuntime } from './validate.ts';
