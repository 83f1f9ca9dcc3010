import { Type } from 'typebox';

/** What predictors have beside the model in one of its forms, their PodSpec and what every component has. */
export const predictorFields = {
  name: Type.Optional(
    Type.String({
      pattern: '^[a-z]([-a-z0-9]*[a-z0-9])?$',
      description:
        'Tells predictors of a service apart: children are then called SERVICE-NAME-predictor. Needed in canaries.',
    }),
  ),
  storageContainerName: Type.Optional(
    Type.String({
      description: 'ClusterStorageContainer that fetches the model. Default: the one that fits the address.',
    }),
  ),
};

/** What the workers of several nodes have beside their PodSpec. */
export const workerFields = {
  pipelineParallelSize: Type.Optional(
    Type.Integer({
      description: 'Parts that the layers are split into: Pods in all, the first among them. Default 1.',
    }),
  ),
  tensorParallelSize: Type.Optional(
    Type.Integer({ description: 'GPUs of one Pod, among which each layer is split. Default 1.' }),
  ),
};
