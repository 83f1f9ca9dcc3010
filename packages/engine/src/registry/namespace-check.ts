import { StatusError } from '@serval/kube/objects';
import type { RegistryDeps } from './deps.ts';
import { forbidden, notFound } from './errors.ts';
import type { ServedResource } from './served-resource.ts';

/** Objects are created in namespaces that exist and are not ending (NamespaceLifecycle admission). */
export function requireActiveNamespace(
  deps: RegistryDeps,
  resource: ServedResource,
  namespace: string,
  name: string,
): void {
  if (!resource.namespaced) return;
  const found = deps.store.get('/namespaces', `/${namespace}`);
  if (!found) throw notFound({ group: '', plural: 'namespaces', kind: 'Namespace' }, namespace);
  if (found.metadata.deletionTimestamp) {
    const error = forbidden(
      resource,
      name,
      `unable to create new content in namespace ${namespace} because it is being terminated`,
    );
    throw new StatusError('Forbidden', error.message, {
      details: {
        ...error.details,
        causes: [
          {
            reason: 'NamespaceTerminating',
            message: `namespace ${namespace} is being terminated`,
            field: 'metadata.namespace',
          },
        ],
      },
    });
  }
}
