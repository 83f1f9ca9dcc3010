export * from './defaults.ts';
export * from './field-error.ts';
export * from './list-keys.ts';
export { objectMetaSchema } from './object-meta.ts';
export * from './pattern.ts';
export * from './prune.ts';
export * from './structural.ts';
export * from './structural-rules.ts';
export * from './validate.ts';
