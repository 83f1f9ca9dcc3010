import { type AnyObject, type ListMeta, StatusError } from '@serval/kube/objects';
import { storeKey } from '../store/change.ts';
import type { RegistryDeps } from './deps.ts';
import { badRequest, notFound } from './errors.ts';
import type { Target } from './request-options.ts';
import { createMatcher, selectedKey } from './selection.ts';
import { apiVersionOf, type ServedResource } from './served-resource.ts';

export interface ListQuery {
  labelSelector?: string;
  fieldSelector?: string;
  limit?: number;
  continue?: string;
  resourceVersion?: string;
  resourceVersionMatch?: string;
}

export async function getObject(deps: RegistryDeps, resource: ServedResource, target: Target): Promise<AnyObject> {
  const found = deps.store.get(resource.stored.id, storeKey(resource.namespaced ? target.namespace : '', target.name));
  if (!found) throw notFound(resource, target.name);
  return resource.stored.convert(found, apiVersionOf(resource));
}

export async function listObjects(
  deps: RegistryDeps,
  resource: ServedResource,
  namespace: string,
  query: ListQuery,
): Promise<{ items: AnyObject[]; metadata: ListMeta }> {
  const matches = createMatcher(resource, query);
  checkVersion(deps, query);
  const from = query.continue ? parseContinue(deps, query.continue) : undefined;
  const revision = from?.revision ?? deps.store.revision;
  const selected: AnyObject[] = [];
  const metadata: ListMeta = { resourceVersion: String(revision) };
  // A cached list (resourceVersion=0) is never cut into pages.
  const limit =
    query.limit && (query.resourceVersion !== '0' || query.continue) ? query.limit : Number.POSITIVE_INFINITY;
  let remaining = 0;
  for (const object of candidates(deps, resource, namespace, query)) {
    const key = storeKey(object.metadata.namespace, object.metadata.name!);
    if ((from && key <= from.after) || (matches && !matches(object))) continue;
    if (selected.length < limit) selected.push(object);
    else remaining += 1;
  }
  if (remaining > 0) {
    const last = selected[selected.length - 1]!;
    metadata.continue = formatContinue(revision, storeKey(last.metadata.namespace, last.metadata.name!));
    if (!matches) metadata.remainingItemCount = remaining;
  }
  const version = apiVersionOf(resource);
  const items = await Promise.all(selected.map((object) => resource.stored.convert(object, version)));
  return { items, metadata };
}

/** Objects of a collection, those that the selectors leave among them, sorted by key. The selectors are known to be right. */
export function candidates(
  { store }: RegistryDeps,
  resource: ServedResource,
  namespace: string,
  query: { fieldSelector?: string },
): AnyObject[] {
  const { id } = resource.stored;
  const key = selectedKey(resource, namespace, query);
  if (key === undefined) return store.list(id, resource.namespaced ? namespace : '');
  const only = store.get(id, key);
  return only ? [only] : [];
}

function checkVersion(deps: RegistryDeps, query: ListQuery): void {
  const { resourceVersion = '', resourceVersionMatch } = query;
  if (resourceVersionMatch && resourceVersionMatch !== 'Exact' && resourceVersionMatch !== 'NotOlderThan') {
    throw new StatusError(
      'Invalid',
      `ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Unsupported value: ${JSON.stringify(resourceVersionMatch)}: supported values: "Exact", "NotOlderThan"`,
    );
  }
  if (resourceVersionMatch && !resourceVersion) {
    throw new StatusError(
      'Invalid',
      'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided',
    );
  }
  if (resourceVersion) requireReached(deps, parseVersion(resourceVersion));
  if (resourceVersionMatch === 'Exact' && parseVersion(resourceVersion) !== deps.store.revision) {
    throw new StatusError('Expired', `the resourceVersion ${resourceVersion} is no longer available for lists`);
  }
}

/** Throws 504 for a revision of the future, as the API server does after waiting for it. */
function requireReached(deps: RegistryDeps, revision: number): void {
  if (revision <= deps.store.revision) return;
  throw new StatusError('Timeout', `Too large resource version: ${revision}, current: ${deps.store.revision}`, {
    details: {
      retryAfterSeconds: 1,
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    },
  });
}

export function parseVersion(text: string): number {
  if (!/^\d{1,15}$/.test(text))
    throw badRequest(`Invalid value: ${JSON.stringify(text)}: resourceVersion must be a number`);
  return Number(text);
}

// Later pages show the state of now under the revision of the first page: a watch from there brings the difference.
function formatContinue(revision: number, after: string): string {
  return Buffer.from(JSON.stringify({ v: 1, revision, after })).toString('base64url');
}

function parseContinue(deps: RegistryDeps, token: string): { revision: number; after: string } {
  let parsed: { v?: unknown; revision?: unknown; after?: unknown };
  try {
    parsed = JSON.parse(Buffer.from(token, 'base64url').toString());
  } catch (cause) {
    throw badRequest('continue key is not valid', cause);
  }
  const { v, revision, after } = parsed ?? {};
  if (v !== 1 || typeof revision !== 'number' || typeof after !== 'string')
    throw badRequest('continue key is not valid');
  if (revision < deps.store.compactedRevision) {
    throw new StatusError('Expired', 'the provided continue parameter is too old; start a new list without it');
  }
  return { revision, after };
}
