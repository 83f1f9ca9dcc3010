import { defineResource } from '@serval/kube/objects';
import type { KindVersion } from '../../../crd/kind-version.ts';
import { servingGroup } from '../../group.ts';
import { clusterStorageContainerSchema } from './schema.ts';
import type { ClusterStorageContainer } from './types.ts';
import { validateClusterStorageContainer } from './validate.ts';

export const clusterStorageContainers = defineResource<ClusterStorageContainer>({
  group: servingGroup,
  version: 'v1alpha1',
  plural: 'clusterstoragecontainers',
  kind: 'ClusterStorageContainer',
  namespaced: false,
});

export const clusterStorageContainerV1alpha1: KindVersion<ClusterStorageContainer> = {
  resource: clusterStorageContainers,
  description: "A container that fetches models from certain addresses, in the place of the platform's own.",
  singular: 'clusterstoragecontainer',
  storage: true,
  hasStatus: false,
  printerColumns: [
    { name: 'Disabled', type: 'boolean', jsonPath: '.disabled' },
    { name: 'Prefixes', type: 'string', jsonPath: '.spec.supportedUriFormats[*].prefix' },
    { name: 'Workload', type: 'string', jsonPath: '.spec.workloadType', priority: 1 },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
  schema: clusterStorageContainerSchema,
  validate: (container) => validateClusterStorageContainer(container),
};
