import type { KubeObject } from '@serval/kube/objects';
import type { Static } from 'typebox';
import type { localModelCacheSpecSchema, localModelCacheStatusSchema, localModelStorageSchema } from './schema.ts';

export type LocalModelStorage = Static<typeof localModelStorageSchema>;
export type LocalModelCacheSpec = Static<typeof localModelCacheSpecSchema>;
export type LocalModelCacheStatus = Static<typeof localModelCacheStatusSchema>;

/** A model that nodes keep on their own disks, for services of every namespace. */
export interface LocalModelCache extends KubeObject {
  spec: LocalModelCacheSpec;
  status?: LocalModelCacheStatus;
}
