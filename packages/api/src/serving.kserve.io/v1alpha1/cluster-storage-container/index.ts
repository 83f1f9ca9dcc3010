export { clusterStorageContainers, clusterStorageContainerV1alpha1 } from './resource.ts';
export type * from './types.ts';
export { validateClusterStorageContainer } from './validate.ts';
