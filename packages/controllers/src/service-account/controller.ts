import { type Controller, createController, source } from '@serval/kube/client';
import { isStatusError, serviceAccounts } from '@serval/kube/objects';
import type { ControllerContext } from '../shared/context.ts';

/** Every namespace has a ServiceAccount `default`, again when somebody deletes it. */
export function startServiceAccountController({ client, caches, clock, log }: ControllerContext): Controller {
  return createController({
    name: 'service-account',
    log,
    clock,
    sources: [
      source(caches.namespaces, ({ object }) => [object.metadata.name ?? '']),
      source(caches.serviceAccounts, ({ type, object }) =>
        type === 'deleted' ? [object.metadata.namespace ?? ''] : [],
      ),
    ],
    async reconcile({ name: namespace }, signal) {
      const live = caches.namespaces.get('', namespace);
      if (live === undefined || live.metadata.deletionTimestamp || live.status?.phase === 'Terminating') return;
      if (caches.serviceAccounts.get(namespace, 'default')) return;
      const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace, name: 'default' } };
      try {
        await client.create(serviceAccounts, account, { signal });
      } catch (error) {
        if (!isStatusError(error, 'AlreadyExists')) throw error;
      }
    },
  });
}
