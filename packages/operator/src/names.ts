/** Names that KServe gives, kept so that its objects are adopted in place and its users find their way. */
export const fieldManager = 'serval';

export const serviceLabel = 'serving.kserve.io/inferenceservice';
export const componentLabel = 'component';
export const appLabel = 'app';
/** On Pods of several nodes: `metadata.generation` of the service that they are made of. */
export const generationLabel = 'isvc.generation';
/** On the Services by which they find each other: `head` or `worker`. */
export const multiNodeRoleLabel = 'multinode/role';

/** On the Pod template: what the storage initializer is to fetch. Users never set it. */
export const sourceUriAnnotation = 'internal.serving.kserve.io/storage-initializer-sourceuri';
/** Also on the template, as KServe writes them: that the source is of a storage entry, its key, and what overrides it (JSON). */
export const storageSpecAnnotation = 'internal.serving.kserve.io/storage-spec';
export const storageSpecKeyAnnotation = 'internal.serving.kserve.io/storage-spec-key';
export const storageSpecParametersAnnotation = 'internal.serving.kserve.io/storage-spec-param';
/** The ClusterStorageContainer that must fetch the source. */
export const storageContainerAnnotation = 'internal.serving.kserve.io/storage-container-name';
/** Several sources: JSON of `[{uri, mountPath}]`. KServe writes the init container into the template in its place. */
export const storageUrisAnnotation = 'internal.platform.serval.dev/storage-uris';
/** Path of the model's schema in the store of its storage entry. */
export const storageSchemaAnnotation = 'internal.platform.serval.dev/storage-schema-path';
/** `true` has the model only looked at: whether it can be listed and read. Nothing is fetched. */
export const storageCheckAnnotation = 'internal.platform.serval.dev/storage-check';
/** In the place of scheme and bucket, which only the storage entry knows. */
export const schemePlaceholder = '<scheme-placeholder>://';
/** `false` mounts the model folder writable. */
export const storageReadonlyAnnotation = 'storage.kserve.io/readonly';

export const predictorContainer = 'kserve-container';
export const transformerContainer = 'transformer-container';
export const workerContainer = 'worker-container';
/** In a container of one's own: where its model is. */
export const storageUriVariable = 'STORAGE_URI';
export const storageInitializerContainer = 'storage-initializer';
export const provisionVolume = 'kserve-provision-location';
export const claimVolume = 'kserve-pvc-source';
export const modelMountPath = '/mnt/models';
export const schemaVolume = 'serval-model-schema';
export const schemaMountPath = '/mnt/schema';

/** ConfigMap of a user's namespace that holds the platform's certificates. */
export const globalBundleName = 'global-ca-bundle';
/** Key of the PEM text in every ConfigMap with certificates. */
export const bundleKey = 'cabundle.crt';
/** On the copies of the global bundle that Serval made. */
export const globalBundleLabel = 'serving.kserve.io/global-ca-bundle';

export const defaultHttpPort = 8080;

export const serviceNameHeader = 'KServe-Isvc-Name';
export const serviceNamespaceHeader = 'KServe-Isvc-Namespace';

export type ComponentKind = 'predictor' | 'transformer' | 'explainer';

/** The name of a component's children; `variant` tells predictors of one service apart (`predictor.name`). */
export function componentName(service: string, component: ComponentKind, variant?: string): string {
  return variant ? `${service}-${variant}-${component}` : `${service}-${component}`;
}

/** The value of the `app` label, by which Deployment and Service select Pods. */
export function appOf(name: string): string {
  return `isvc.${name}`;
}

export function clusterHost(service: string, namespace: string): string {
  return `${service}.${namespace}.svc.cluster.local`;
}

/** On Jobs that look whether a model can be read, and on their Pods: UID of the Promotion that asks. */
export const readCheckLabel = 'platform.serval.dev/read-check';
