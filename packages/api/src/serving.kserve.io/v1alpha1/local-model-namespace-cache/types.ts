import type { KubeObject } from '@serval/kube/objects';
import type { LocalModelCacheSpec, LocalModelCacheStatus } from '../local-model-cache/types.ts';

/** A model that nodes keep on their own disks, for the services of its namespace. */
export interface LocalModelNamespaceCache extends KubeObject {
  spec: LocalModelCacheSpec;
  status?: LocalModelCacheStatus;
}
