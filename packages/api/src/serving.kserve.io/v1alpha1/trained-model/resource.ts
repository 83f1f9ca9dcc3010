import { defineResource } from '@serval/kube/objects';
import type { KindVersion } from '../../../crd/kind-version.ts';
import { servingGroup } from '../../group.ts';
import { trainedModelSchema } from './schema.ts';
import type { TrainedModel } from './types.ts';
import { validateTrainedModel } from './validate.ts';

export const trainedModels = defineResource<TrainedModel>({
  group: servingGroup,
  version: 'v1alpha1',
  plural: 'trainedmodels',
  kind: 'TrainedModel',
  namespaced: true,
});

export const trainedModelV1alpha1: KindVersion<TrainedModel> = {
  resource: trainedModels,
  description: 'One of many models that the server of an InferenceService holds.',
  singular: 'trainedmodel',
  shortNames: ['tm'],
  storage: true,
  hasStatus: true,
  printerColumns: [
    { name: 'URL', type: 'string', jsonPath: '.status.url' },
    { name: 'Ready', type: 'string', jsonPath: ".status.conditions[?(@.type=='Ready')].status" },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
  schema: trainedModelSchema,
  validate: validateTrainedModel,
};
