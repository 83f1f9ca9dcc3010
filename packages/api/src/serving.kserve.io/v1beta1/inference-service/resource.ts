import { defineResource } from '@serval/kube/objects';
import type { KindVersion } from '../../../crd/kind-version.ts';
import { servingGroup } from '../../group.ts';
import { defaultInferenceService } from './defaults.ts';
import { inferenceServiceSchema } from './schema.ts';
import { inferenceServiceAside, inferenceServiceFocus } from './spelling-order.ts';
import type { InferenceService } from './types.ts';
import { validateInferenceService } from './validate.ts';

export const inferenceServices = defineResource<InferenceService>({
  group: servingGroup,
  version: 'v1beta1',
  plural: 'inferenceservices',
  kind: 'InferenceService',
  namespaced: true,
});

export const inferenceServiceV1beta1: KindVersion<InferenceService> = {
  resource: inferenceServices,
  description:
    'A model behind a URL: what to serve, with how many replicas, and what may stand before it (transformer) or beside it (explainer).',
  singular: 'inferenceservice',
  shortNames: ['isvc'],
  focus: inferenceServiceFocus,
  aside: inferenceServiceAside,
  storage: true,
  hasStatus: true,
  printerColumns: [
    { name: 'URL', type: 'string', jsonPath: '.status.url' },
    { name: 'Ready', type: 'string', jsonPath: ".status.conditions[?(@.type=='Ready')].status" },
    {
      name: 'Prev',
      type: 'integer',
      jsonPath: ".status.components.predictor.traffic[?(@.tag=='prev')].percent",
      description: 'Percent of the traffic that the revision before the newest gets.',
    },
    {
      name: 'Latest',
      type: 'integer',
      jsonPath: '.status.components.predictor.traffic[?(@.latestRevision==true)].percent',
      description: 'Percent of the traffic that the newest revision gets.',
    },
    {
      name: 'PrevRolledoutRevision',
      type: 'string',
      jsonPath: ".status.components.predictor.traffic[?(@.tag=='prev')].revisionName",
      priority: 1,
    },
    {
      name: 'LatestReadyRevision',
      type: 'string',
      jsonPath: '.status.components.predictor.traffic[?(@.latestRevision==true)].revisionName',
      priority: 1,
    },
    { name: 'Reason', type: 'string', jsonPath: ".status.conditions[?(@.type=='Ready')].reason", priority: 1 },
    { name: 'Model', type: 'string', jsonPath: '.status.modelStatus.states.activeModelState', priority: 1 },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
  schema: inferenceServiceSchema,
  default: defaultInferenceService,
  filledIn: ['spec.predictor.containers.name'],
  validate: validateInferenceService,
};
