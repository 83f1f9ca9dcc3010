import { type KubeObject, keyOf } from '../../objects/meta.ts';
import type { Resource } from '../../objects/resource.ts';
import { isStatusError } from '../../objects/status-error.ts';
import type { Client } from '../client.ts';
import { type Log, silentLog } from '../log.ts';
import { compareApplied } from './compare.ts';
import { createAppliedMemory } from './memory.ts';

/** An object with the kind it belongs to. */
export interface Child<T extends KubeObject = KubeObject> {
  resource: Resource<T>;
  object: T;
}

export interface ChildrenOptions {
  /** The live object whose children these are; only what it owns (by uid) is ever pruned. */
  owner: KubeObject;
  /** Applied in this order. */
  desired: readonly Child[];
  /** What is there, from caches that keep the manager's managedFields. */
  live: readonly Child[];
  /** Further condition for pruning, such as a label. Default: everything owned. */
  prunes?: (child: Child) => boolean;
  signal?: AbortSignal;
}

export interface Applier {
  readonly fieldManager: string;
  /** Applies when needed, taking fields over from others. Answers the object as the server has it. */
  apply<T extends KubeObject>(
    resource: Resource<T>,
    desired: T,
    live: T | undefined,
    signal?: AbortSignal,
  ): Promise<{ object: T; changed: boolean }>;
  /**
   * Applies all children, then deletes owned ones that are not among them. One that fails does not keep others back. `objects` are the
   * desired ones as the server has them.
   *
   * @throws the failure, or an AggregateError of several.
   */
  applyChildren(options: ChildrenOptions): Promise<{ written: number; pruned: number; objects: readonly KubeObject[] }>;
}

/**
 * Server-side apply that writes nothing when nothing is to be changed. What the comparison cannot tell for sure is applied once
 * and then remembered, so that a settled system makes no writes.
 */
export function createApplier({
  client,
  fieldManager = 'serval',
  log = silentLog,
}: {
  client: Client;
  fieldManager?: string;
  log?: Log;
}): Applier {
  const memory = createAppliedMemory();

  async function apply<T extends KubeObject>(
    resource: Resource<T>,
    wanted: T,
    live: T | undefined,
    signal?: AbortSignal,
  ) {
    const desired = withEncodedSecret(wanted);
    if (live !== undefined) {
      const comparison = compareApplied(live, desired, fieldManager);
      if (comparison.verdict === 'same') return { object: live, changed: false };
      if (memory.settled(live, desired)) return { object: live, changed: false };
      const { path, why } = comparison;
      log.debug({ kind: resource.kind, object: keyOf(desired.metadata), path, why }, 'applying');
    }
    const object = await client.apply(resource, desired, { fieldManager, force: true, ...(signal ? { signal } : {}) });
    // What the next comparison can tell by itself need not be remembered.
    if (compareApplied(object, desired, fieldManager).verdict !== 'same') memory.remember(object, desired);
    return { object, changed: live?.metadata.resourceVersion !== object.metadata.resourceVersion };
  }

  async function applyChildren({ owner, desired, live, prunes = () => true, signal }: ChildrenOptions) {
    const liveByKey = new Map(live.map((child) => [childKey(child), child.object]));
    const failures: unknown[] = [];
    const objects: KubeObject[] = [];
    let written = 0;
    let pruned = 0;
    for (const { resource, object } of desired) {
      try {
        const result = await apply(resource, object, liveByKey.get(childKey({ resource, object })), signal);
        objects.push(result.object);
        if (result.changed) written += 1;
      } catch (error) {
        failures.push(error);
      }
    }
    const wanted = new Set(desired.map(childKey));
    for (const child of live) {
      const { metadata } = child.object;
      const owned = metadata.ownerReferences?.some(({ uid }) => uid === owner.metadata.uid);
      if (!owned || metadata.deletionTimestamp || wanted.has(childKey(child)) || !prunes(child)) continue;
      try {
        await prune(child, signal);
        pruned += 1;
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length === 1) throw failures[0];
    if (failures.length > 1) {
      const messages = failures.map((failure) => (failure instanceof Error ? failure.message : String(failure)));
      throw new AggregateError(failures, messages.join('; '));
    }
    return { written, pruned, objects };
  }

  async function prune({ resource, object: { metadata } }: Child, signal?: AbortSignal): Promise<void> {
    const target = { name: metadata.name ?? '', ...(metadata.namespace ? { namespace: metadata.namespace } : {}) };
    log.debug({ kind: resource.kind, object: keyOf(metadata) }, 'pruning');
    try {
      await client.delete(resource, target, {
        propagationPolicy: 'Background',
        ...(metadata.uid ? { preconditions: { uid: metadata.uid } } : {}),
        ...(signal ? { signal } : {}),
      });
    } catch (error) {
      // Gone, or another object of the same name by now.
      if (!isStatusError(error, 'NotFound', 'Conflict')) throw error;
    }
  }

  return { fieldManager, apply, applyChildren };
}

function childKey({ resource, object }: Child): string {
  return `${resource.group}/${resource.plural}/${keyOf(object.metadata)}`;
}

/** `stringData` is never read back, so it is sent as the `data` that it becomes. */
function withEncodedSecret<T extends KubeObject>(object: T): T {
  const { stringData, data, ...rest } = object as T & { stringData?: Record<string, string>; data?: object };
  if (object.kind !== 'Secret' || stringData === undefined) return object;
  const encoded = Object.entries(stringData).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
  return { ...rest, data: { ...data, ...Object.fromEntries(encoded) } } as unknown as T;
}
