import type { PodSpec } from '@serval/kube/objects';

/**
 * Fields that a component or a runtime has beside its PodSpec. Everything else is Pod: a cluster may know fields that
 * this release does not, and they reach the Pod untouched.
 */
const ownFields = new Set([
  // component
  'minReplicas',
  'maxReplicas',
  'scaleTarget',
  'scaleMetric',
  'scaleMetricType',
  'autoScaling',
  'containerConcurrency',
  'timeout',
  'canaryTrafficPercent',
  'logger',
  'batcher',
  'labels',
  'annotations',
  'deploymentStrategy',
  'storageUris',
  // predictor
  'model',
  'sklearn',
  'xgboost',
  'lightgbm',
  'onnx',
  'tensorflow',
  'pytorch',
  'triton',
  'huggingface',
  'pmml',
  'paddle',
  'name',
  'storageContainerName',
  'workerSpec',
  'art',
  // runtime
  'supportedModelFormats',
  'protocolVersions',
  'disabled',
  'multiModel',
  'replicas',
  'grpcEndpoint',
  'grpcDataEndpoint',
  'httpDataEndpoint',
  'storageHelper',
  'builtInAdapter',
]);

/** The PodSpec inside a component's or a runtime's spec. */
export function podSpecOf(spec: object): Partial<PodSpec> {
  return Object.fromEntries(
    Object.entries(spec).filter(([field, value]) => !ownFields.has(field) && value !== undefined),
  ) as Partial<PodSpec>;
}
