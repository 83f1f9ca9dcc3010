import { defineResource } from '@serval/kube/objects';
import type { PrinterColumn } from '../../../crd/custom-resource-definition.ts';
import type { KindVersion } from '../../../crd/kind-version.ts';
import { servingGroup } from '../../group.ts';
import { localModelCacheSchema } from './schema.ts';
import type { LocalModelCache } from './types.ts';
import { validateLocalModelCache } from './validate.ts';

export const localModelCacheColumns: readonly PrinterColumn[] = [
  { name: 'Source', type: 'string', jsonPath: '.spec.sourceModelUri' },
  { name: 'Size', type: 'string', jsonPath: '.spec.modelSize' },
  {
    name: 'Available',
    type: 'integer',
    jsonPath: '.status.copies.available',
    description: 'Nodes that have the model.',
  },
  { name: 'Total', type: 'integer', jsonPath: '.status.copies.total', description: 'Nodes that should have it.' },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
];

export const localModelCaches = defineResource<LocalModelCache>({
  group: servingGroup,
  version: 'v1alpha1',
  plural: 'localmodelcaches',
  kind: 'LocalModelCache',
  namespaced: false,
});

export const localModelCacheV1alpha1: KindVersion<LocalModelCache> = {
  resource: localModelCaches,
  description: 'A model that nodes keep on their own disks, for services of every namespace.',
  singular: 'localmodelcache',
  storage: true,
  hasStatus: true,
  printerColumns: localModelCacheColumns,
  schema: localModelCacheSchema,
  validate: (cache, old) => validateLocalModelCache(cache, old),
};
