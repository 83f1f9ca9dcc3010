import type { Container, KubeObject } from '@serval/kube/objects';
import { type Static, Type } from 'typebox';
import { storageContainerFields } from './schema.ts';

const own = Type.Object(storageContainerFields);

export type StorageContainerSpec = Static<typeof own> & { container: Container };

/** A container that fetches models from certain addresses, in the place of the platform's own. */
export interface ClusterStorageContainer extends KubeObject {
  spec: StorageContainerSpec;
  disabled?: boolean;
}
