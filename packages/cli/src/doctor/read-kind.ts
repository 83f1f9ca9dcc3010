import type { Client } from '@serval/kube/client';
import { isStatusError, type KubeObject, type Resource } from '@serval/kube/objects';
import type { Seen } from '@serval/operator/checks';
import { describeError } from '../command/cli-error.ts';

export interface Scope {
  readonly namespace?: string;
  readonly name?: string;
}

const pageSize = 500;
/** Of one kind: a cluster with more has nobody who would read the findings on a terminal. */
const maxItems = 10_000;

interface ListChoice {
  scope: Scope;
  labelSelector?: string | undefined;
  /** All namespaces even where one is asked about. */
  everywhere: boolean;
  signal: AbortSignal;
}

/** The objects of a kind; those of the namespace alone where no more may be read. */
export async function seenList<T extends KubeObject>(
  client: Client,
  resource: Resource<T>,
  { scope, labelSelector, everywhere, signal }: ListChoice,
): Promise<Seen<T>> {
  const namespace = resource.namespaced ? scope.namespace : undefined;
  try {
    return await pages(client, resource, everywhere ? undefined : namespace, labelSelector, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!everywhere || namespace === undefined || !isStatusError(error, 'Forbidden')) return { unread: whyNot(error) };
  }
  try {
    const seen = await pages(client, resource, namespace, labelSelector, signal);
    return { partly: `only those of namespace ${namespace} may be read`, ...seen };
  } catch (error) {
    signal.throwIfAborted();
    return { unread: whyNot(error) };
  }
}

async function pages<T extends KubeObject>(
  client: Client,
  resource: Resource<T>,
  namespace: string | undefined,
  labelSelector: string | undefined,
  signal: AbortSignal,
): Promise<{ items: T[]; partly?: string }> {
  const items: T[] = [];
  let next: string | undefined;
  do {
    const page = await client.list(resource, {
      ...(namespace === undefined ? {} : { namespace }),
      ...(labelSelector === undefined ? {} : { labelSelector }),
      limit: pageSize,
      ...(next ? { continue: next } : {}),
      signal,
    });
    items.push(...page.items);
    next = page.metadata.continue || undefined;
  } while (next !== undefined && items.length < maxItems);
  return { items, ...(next === undefined ? {} : { partly: `only the first ${items.length} were read` }) };
}

/** Objects by their names; one that is not there is left out. */
export async function readNamed<T extends KubeObject>(
  client: Client,
  resource: Resource<T>,
  targets: readonly { namespace?: string; name: string }[],
  signal: AbortSignal,
): Promise<Seen<T>> {
  const items: T[] = [];
  for (const target of targets) {
    try {
      const { apiVersion, kind, ...object } = await client.get(resource, target, { signal });
      items.push({ apiVersion, kind, ...object } as T);
    } catch (error) {
      signal.throwIfAborted();
      if (!isStatusError(error, 'NotFound')) return { unread: whyNot(error) };
    }
  }
  return { items };
}

function whyNot(error: unknown): string {
  if (isStatusError(error, 'NotFound')) return 'the API server does not serve this kind';
  if (isStatusError(error, 'Forbidden', 'Unauthorized')) return 'you may not read them';
  return describeError(error).split('\n')[0] ?? 'they could not be read';
}
