import { Type } from 'typebox';
import { int32, int64, intOrString, openObject, stringMap } from '../../../schema/fields.ts';

/** What every component (predictor, transformer, explainer) has beside its PodSpec: KServe's ComponentExtensionSpec. */
export const componentFields = {
  minReplicas: Type.Optional(
    int32({ description: 'Fewest Pods. Default 1; 0 only where something can scale from zero.' }),
  ),
  maxReplicas: Type.Optional(
    int32({ description: 'Most Pods the autoscaler may start; 0 or absent: as minReplicas.' }),
  ),
  scaleTarget: Type.Optional(
    int32({ description: 'Value of scaleMetric that one Pod should have, in percent for cpu and memory.' }),
  ),
  scaleMetric: Type.Optional(Type.Enum(['cpu', 'memory', 'concurrency', 'rps'], { type: 'string' })),
  scaleMetricType: Type.Optional(Type.Enum(['Utilization', 'Value', 'AverageValue'], { type: 'string' })),
  autoScaling: Type.Optional(
    Type.Object({
      metrics: Type.Optional(
        Type.Array(openObject(), { description: 'Metrics to scale on, in the place of scaleMetric.' }),
      ),
      behavior: Type.Optional(
        openObject({ description: 'Speed of scaling up and down, as in a HorizontalPodAutoscaler.' }),
      ),
    }),
  ),
  containerConcurrency: Type.Optional(int64({ description: 'Requests that one Pod serves at a time; 0: no limit.' })),
  timeout: Type.Optional(int64({ description: 'Seconds that a request may take before it is given up.' })),
  canaryTrafficPercent: Type.Optional(int64({ description: 'Share of the traffic for the newest revision.' })),
  logger: Type.Optional(openObject({ description: 'Where requests and responses are reported to.' })),
  batcher: Type.Optional(
    Type.Object({
      maxBatchSize: Type.Optional(Type.Integer()),
      maxLatency: Type.Optional(Type.Integer()),
      timeout: Type.Optional(Type.Integer()),
    }),
  ),
  labels: Type.Optional(stringMap()),
  annotations: Type.Optional(stringMap()),
  deploymentStrategy: Type.Optional(
    Type.Object({
      type: Type.Optional(Type.Enum(['RollingUpdate', 'Recreate'], { type: 'string' })),
      rollingUpdate: Type.Optional(
        Type.Object({ maxSurge: Type.Optional(intOrString()), maxUnavailable: Type.Optional(intOrString()) }),
      ),
    }),
  ),
};

export const storageFields = {
  storageUri: Type.Optional(
    Type.String({ description: 'Where the model is fetched from: s3://, gs://, pvc://, hf://, https:// and others.' }),
  ),
  storage: Type.Optional(
    Type.Object({
      key: Type.Optional(
        Type.String({ description: 'Entry of the storage Secret that holds address and credentials.' }),
      ),
      path: Type.Optional(Type.String({ description: 'Path of the model inside that storage.' })),
      parameters: Type.Optional(stringMap()),
      schemaPath: Type.Optional(Type.String()),
    }),
  ),
  protocolVersion: Type.Optional(
    Type.String({ description: 'Inference protocol that the runtime must speak: v1, v2, grpc-v2.' }),
  ),
  runtimeVersion: Type.Optional(
    Type.String({ description: 'Tag of the runtime image, in the place of the one that the runtime names.' }),
  ),
};

export const modelFields = {
  modelFormat: Type.Object({
    name: Type.String({ description: 'Format of the model, such as xgboost, lightgbm or onnx.' }),
    version: Type.Optional(
      Type.String({ description: 'Version of the format; only runtimes that list it are chosen.' }),
    ),
  }),
  runtime: Type.Optional(Type.String({ description: 'Name of the ServingRuntime or ClusterServingRuntime to use.' })),
  ...storageFields,
};
