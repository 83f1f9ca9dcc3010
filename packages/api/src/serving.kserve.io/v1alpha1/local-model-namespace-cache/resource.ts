import { defineResource } from '@serval/kube/objects';
import type { KindVersion } from '../../../crd/kind-version.ts';
import { servingGroup } from '../../group.ts';
import { localModelCacheColumns } from '../local-model-cache/resource.ts';
import { localModelCacheSchema } from '../local-model-cache/schema.ts';
import { validateLocalModelCache } from '../local-model-cache/validate.ts';
import type { LocalModelNamespaceCache } from './types.ts';

export const localModelNamespaceCaches = defineResource<LocalModelNamespaceCache>({
  group: servingGroup,
  version: 'v1alpha1',
  plural: 'localmodelnamespacecaches',
  kind: 'LocalModelNamespaceCache',
  namespaced: true,
});

export const localModelNamespaceCacheV1alpha1: KindVersion<LocalModelNamespaceCache> = {
  resource: localModelNamespaceCaches,
  description: 'A model that nodes keep on their own disks, for the services of its namespace.',
  singular: 'localmodelnamespacecache',
  storage: true,
  hasStatus: true,
  printerColumns: localModelCacheColumns,
  schema: localModelCacheSchema,
  validate: (cache, old) => validateLocalModelCache(cache, old),
};
