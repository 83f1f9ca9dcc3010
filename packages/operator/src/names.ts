/** Names that KServe gives, kept so that its objects are adopted in place and its users find their way. */
export const fieldManager = 'serval';

export const serviceLabel = 'serving.kserve.io/inferenceservice';
export const componentLabel = 'component';
export const appLabel = 'app';

/** On the Pod template: what the storage initializer is to fetch. Users never set it. */
export const sourceUriAnnotation = 'internal.serving.kserve.io/storage-initializer-sourceuri';
/** `false` mounts the model folder writable. */
export const storageReadonlyAnnotation = 'storage.kserve.io/readonly';

export const predictorContainer = 'kserve-container';
export const transformerContainer = 'transformer-container';
export const storageInitializerContainer = 'storage-initializer';
export const provisionVolume = 'kserve-provision-location';
export const claimVolume = 'kserve-pvc-source';
export const modelMountPath = '/mnt/models';

export const defaultHttpPort = 8080;

export const serviceNameHeader = 'KServe-Isvc-Name';
export const serviceNamespaceHeader = 'KServe-Isvc-Namespace';

export type ComponentKind = 'predictor' | 'transformer' | 'explainer';

export function componentName(service: string, component: ComponentKind): string {
  return `${service}-${component}`;
}

/** The value of the `app` label, by which Deployment and Service select Pods. */
export function appOf(name: string): string {
  return `isvc.${name}`;
}

export function clusterHost(service: string, namespace: string): string {
  return `${service}.${namespace}.svc.cluster.local`;
}
