import { defineResource } from '@serval/kube/objects';
import type { KindVersion } from '../../../crd/kind-version.ts';
import { platformCategories, platformGroup } from '../../group.ts';
import { pipelineSchema } from './schema.ts';
import type { Pipeline } from './types.ts';
import { validatePipeline } from './validate.ts';

export const pipelines = defineResource<Pipeline>({
  group: platformGroup,
  version: 'v1alpha1',
  plural: 'pipelines',
  kind: 'Pipeline',
  namespaced: true,
});

const conditionStatus = (type: string) => `.status.conditions[?(@.type=='${type}')].status`;

export const pipelineV1alpha1: KindVersion<Pipeline> = {
  resource: pipelines,
  description:
    "A team's way from development to production: stages, each with a namespace of its own, and the credentials that belong to them.",
  singular: 'pipeline',
  // `pipelines` alone may be those of others.
  shortNames: ['spl'],
  categories: platformCategories,
  storage: true,
  hasStatus: true,
  printerColumns: [
    { name: 'Ready', type: 'string', jsonPath: conditionStatus('Ready') },
    { name: 'Credentials', type: 'string', jsonPath: conditionStatus('CredentialsResolved'), priority: 1 },
    { name: 'References', type: 'string', jsonPath: conditionStatus('ReferencesPermitted'), priority: 1 },
    { name: 'Projected', type: 'string', jsonPath: conditionStatus('Projected'), priority: 1 },
    { name: 'Reason', type: 'string', jsonPath: ".status.conditions[?(@.type=='Ready')].reason" },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
  schema: pipelineSchema,
  validate: (pipeline, old) => validatePipeline(pipeline, old),
};
