import {
  type Controller,
  createController,
  createMetadataClient,
  discoverResources,
  rfc3339,
  source,
} from '@serval/kube/client';
import { isStatusError, type Namespace, namespaces } from '@serval/kube/objects';
import type { ControllerContext } from '../shared/context.ts';
import { writeStatus } from '../shared/write-status.ts';
import { namespaceConditions } from './conditions.ts';
import { emptyNamespace } from './empty.ts';

const finalizer = 'kubernetes';
/** What is left mostly waits for Pods to end. */
const lookAgainMs = 500;

/** Empties a namespace that is being deleted, then lets it go. */
export function startNamespaceController({ client, caches, clock, log }: ControllerContext): Controller {
  const metadataClient = createMetadataClient(client, 'serval-controllers');

  async function finalize(namespace: Namespace, signal: AbortSignal): Promise<void> {
    const finalizers = namespace.spec?.finalizers?.filter((name) => name !== finalizer) ?? [];
    const finalized = { ...namespace, spec: { ...namespace.spec, finalizers } };
    try {
      await client.update(namespaces, finalized, { subresource: 'finalize', signal });
    } catch (error) {
      if (!isStatusError(error, 'NotFound')) throw error;
    }
  }

  return createController({
    name: 'namespace',
    log,
    clock,
    sources: [
      source(caches.namespaces, ({ type, object }) => (type === 'deleted' ? [] : [object.metadata.name ?? ''])),
    ],
    async reconcile({ name }, signal) {
      const namespace = caches.namespaces.get('', name);
      if (!namespace?.metadata.deletionTimestamp || !namespace.spec?.finalizers?.includes(finalizer)) return;
      // Asked anew: a kind that came a moment ago must not keep objects in a namespace that is gone.
      const kinds = await discoverResources(client, signal);
      const content = await emptyNamespace({ client, metadataClient }, kinds, name, signal);
      if (Object.keys(content.remaining).length === 0 && content.failures.length === 0) {
        return await finalize(namespace, signal);
      }
      const conditions = namespaceConditions(namespace.status?.conditions, content, rfc3339(clock.now()));
      await writeStatus(
        client,
        namespaces,
        namespace,
        { ...namespace.status, phase: 'Terminating', conditions },
        signal,
      );
      return { requeueAfterMs: lookAgainMs };
    },
  });
}
