export { clusterServingRuntimes, clusterServingRuntimeV1alpha1 } from './resource.ts';
