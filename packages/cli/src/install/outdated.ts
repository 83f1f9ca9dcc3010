import type { ListOptions } from '@serval/kube/client';
import { type AnyObject, isStatusError } from '@serval/kube/objects';
import { operatorServiceAccountName, partOfLabels } from '@serval/operator/declarations';
import { resourceLabel } from '../commands/apply.ts';
import { type DiscoveredResource, discover } from '../resources/discovery.ts';
import type { ApplyOptions } from './apply-installation.ts';
import { ignoringAbsence } from './handover.ts';
import type { Installation } from './installation.ts';

const access = 'rbac.authorization.k8s.io';
const admission = 'admissionregistration.k8s.io';
const kinds = [
  [admission, 'mutatingwebhookconfigurations'],
  [admission, 'validatingwebhookconfigurations'],
  [access, 'clusterrolebindings'],
  [access, 'rolebindings'],
  [access, 'clusterroles'],
  [access, 'roles'],
] as const;

/**
 * Deletes what an installation of this operator had before and has no more, as when it serves other namespaces now: rights, and webhook
 * configurations. Only what is bound to the operator's own account, or calls its own Service.
 */
export async function removeOutdated(installation: Installation, options: ApplyOptions): Promise<void> {
  const { client, signal, note } = options;
  const wanted = new Set([...installation.operator, ...installation.webhooks].map(keyOf));
  for (const { resource, object } of await ownObjects(options)) {
    if (wanted.has(keyOf(object))) continue;
    const { namespace, name = '' } = object.metadata;
    await ignoringAbsence(client.delete(resource, { ...(namespace ? { namespace } : {}), name }, { signal }));
    note(
      `${resourceLabel(resource)}/${name} ${namespace ? `of namespace ${namespace} ` : ''}deleted: it is not needed any more`,
    );
  }
}

interface Found {
  readonly resource: DiscoveredResource;
  readonly object: AnyObject;
}

async function ownObjects({ client, namespace, watchNamespaces = [], signal }: ApplyOptions): Promise<Found[]> {
  const resources = await discover(client, signal);
  const labelSelector = Object.entries(partOfLabels)
    .map(([label, value]) => `${label}=${value}`)
    .join(',');
  const found: Found[] = [];
  /** Of all namespaces, or of those that are this installation's, where no more may be read. */
  async function listed(resource: DiscoveredResource, options: ListOptions): Promise<readonly AnyObject[]> {
    const inside = async (within?: string) => {
      try {
        return (await client.list(resource, { ...options, ...(within ? { namespace: within } : {}) })).items;
      } catch (error) {
        if (isStatusError(error, 'Forbidden')) return undefined;
        throw error;
      }
    };
    const all = await inside();
    if (all || !resource.namespaced) return all ?? [];
    const some = await Promise.all([...new Set([namespace, ...watchNamespaces])].map(inside));
    return some.flatMap((items) => items ?? []);
  }
  for (const [group, plural] of kinds) {
    const resource = resources.find((known) => known.group === group && known.plural === plural);
    if (!resource) continue;
    const items = await listed(resource, { labelSelector, signal });
    found.push(...items.map((object) => ({ resource, object: { ...object, kind: resource.kind } as AnyObject })));
  }
  const bindings = found.filter(({ object }) => isBoundTo(object, namespace));
  const roles = new Set(bindings.map(({ object }) => roleOf(object)));
  return found.filter(
    ({ object }) => isBoundTo(object, namespace) || calls(object, namespace) || roles.has(keyOf(object)),
  );
}

function isBoundTo(object: AnyObject, namespace: string): boolean {
  const subjects = (object['subjects'] ?? []) as { kind?: string; namespace?: string; name?: string }[];
  return subjects.some(
    (subject) =>
      subject.kind === 'ServiceAccount' &&
      subject.namespace === namespace &&
      subject.name === operatorServiceAccountName,
  );
}

function calls(object: AnyObject, namespace: string): boolean {
  const webhooks = (object['webhooks'] ?? []) as { clientConfig?: { service?: { namespace?: string } } }[];
  return webhooks.length > 0 && webhooks.every(({ clientConfig }) => clientConfig?.service?.namespace === namespace);
}

function roleOf(binding: AnyObject): string {
  const { kind = '', name = '' } = (binding['roleRef'] ?? {}) as { kind?: string; name?: string };
  const namespace = kind === 'Role' ? binding.metadata.namespace : undefined;
  return keyOf({ kind, metadata: { ...(namespace ? { namespace } : {}), name } });
}

function keyOf({ kind, metadata }: Pick<AnyObject, 'kind' | 'metadata'>): string {
  return `${kind} ${metadata.namespace ?? ''}/${metadata.name ?? ''}`;
}
