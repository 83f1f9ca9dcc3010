import { defineResource } from '@serval/kube/objects';
import type { KindVersion } from '../../../crd/kind-version.ts';
import { servingGroup } from '../../group.ts';
import { localModelNodeGroupSchema } from './schema.ts';
import type { LocalModelNodeGroup } from './types.ts';
import { validateLocalModelNodeGroup } from './validate.ts';

export const localModelNodeGroups = defineResource<LocalModelNodeGroup>({
  group: servingGroup,
  version: 'v1alpha1',
  plural: 'localmodelnodegroups',
  kind: 'LocalModelNodeGroup',
  namespaced: false,
});

export const localModelNodeGroupV1alpha1: KindVersion<LocalModelNodeGroup> = {
  resource: localModelNodeGroups,
  description: 'Nodes that keep cached models on disks of the same kind.',
  singular: 'localmodelnodegroup',
  storage: true,
  // As in KServe's CRD: status is an ordinary field, so what writes objects as a whole keeps it.
  hasStatus: false,
  printerColumns: [
    { name: 'Limit', type: 'string', jsonPath: '.spec.storageLimit' },
    { name: 'Used', type: 'string', jsonPath: '.status.used' },
    { name: 'Available', type: 'string', jsonPath: '.status.available' },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
  schema: localModelNodeGroupSchema,
  validate: (group) => validateLocalModelNodeGroup(group),
};
