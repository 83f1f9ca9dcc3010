export { localModelCaches, localModelCacheV1alpha1 } from './resource.ts';
export type * from './types.ts';
export { type CacheSurroundings, validateLocalModelCache } from './validate.ts';
