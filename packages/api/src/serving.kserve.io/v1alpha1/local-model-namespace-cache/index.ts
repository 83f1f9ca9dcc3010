export { localModelNamespaceCaches, localModelNamespaceCacheV1alpha1 } from './resource.ts';
export type * from './types.ts';
