import { defineResource } from '@serval/kube/objects';
import type { KindVersion } from '../../../crd/kind-version.ts';
import { servingGroup } from '../../group.ts';
import { inferenceGraphSchema } from './schema.ts';
import type { InferenceGraph } from './types.ts';
import { validateInferenceGraph } from './validate.ts';

export const inferenceGraphs = defineResource<InferenceGraph>({
  group: servingGroup,
  version: 'v1alpha1',
  plural: 'inferencegraphs',
  kind: 'InferenceGraph',
  namespaced: true,
});

export const inferenceGraphV1alpha1: KindVersion<InferenceGraph> = {
  resource: inferenceGraphs,
  description: 'Services joined into one: a request goes from step to step, to one of several, or to all at once.',
  singular: 'inferencegraph',
  shortNames: ['ig'],
  storage: true,
  hasStatus: true,
  printerColumns: [
    { name: 'URL', type: 'string', jsonPath: '.status.url' },
    { name: 'Ready', type: 'string', jsonPath: ".status.conditions[?(@.type=='Ready')].status" },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
  schema: inferenceGraphSchema,
  validate: (graph) => validateInferenceGraph(graph),
};
