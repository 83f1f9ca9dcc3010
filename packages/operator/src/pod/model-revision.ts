import type { Pod } from '@serval/kube/objects';
import { storageInitializerContainer } from '../names.ts';
import { withEnv } from './with-missing.ts';

/**
 * Has the storage initializer tell what the model is, although it must read all of it once more for that where the store told nothing: in
 * stages alone, as Promotions compare it.
 */
export function askingForRevision(pod: Pod): Pod {
  const { initContainers } = pod.spec;
  if (!initContainers) return pod;
  return {
    ...pod,
    spec: {
      ...pod.spec,
      initContainers: initContainers.map((container) =>
        container.name === storageInitializerContainer
          ? withEnv(container, [{ name: 'SERVAL_STORAGE_REVISION', value: 'computed' }])
          : container,
      ),
    },
  };
}
