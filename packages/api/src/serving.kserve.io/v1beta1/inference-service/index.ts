export * from './annotations.ts';
export * from './defaults.ts';
export * from './formats.ts';
export * from './implementations.ts';
export { componentOwnFields, modelOwnFields } from './own-fields.ts';
export * from './resource.ts';
export { storageSchemes, storageUriProblem, unknownScheme } from './storage-uri.ts';
export type * from './types.ts';
export { validateInferenceService } from './validate.ts';
