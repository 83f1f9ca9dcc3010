import { type AnyObject, StatusError, type WatchEvent } from '@serval/kube/objects';
import type { RegistryDeps } from '../registry/deps.ts';
import { parseVersion } from '../registry/read.ts';
import { createMatcher, type Matcher } from '../registry/selection.ts';
import { apiVersionOf, type ServedResource } from '../registry/served-resource.ts';
import { type Change, RevisionCompacted } from '../store/change.ts';
import { createEventBuffer } from './event-buffer.ts';

export interface WatchQuery {
  labelSelector?: string;
  fieldSelector?: string;
  resourceVersion?: string;
  resourceVersionMatch?: string;
  allowWatchBookmarks?: boolean;
  sendInitialEvents?: boolean;
  timeoutSeconds?: number;
}

// A reader that falls further behind than this is cut off and resumes from the last version it saw.
const bufferedChanges = 4096;
// Upstream ends watches after 30 to 60 minutes and sends bookmarks about once a minute.
const defaultTimeoutMs = 1_800_000;
const bookmarkEveryMs = 60_000;

type Signal = Change | 'bookmark' | 'timeout';

/**
 * Events of a collection until the time is up, the signal aborts or the reader is too slow. Throws before the first
 * event when the query is wrong; a version that is too old is an ERROR event, as clients expect it.
 */
export function watchObjects(
  deps: RegistryDeps,
  resource: ServedResource,
  namespace: string,
  query: WatchQuery,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent> {
  checkInitialEvents(query);
  const matches = createMatcher(resource, query);
  const version = query.resourceVersion ? parseVersion(query.resourceVersion) : 0;
  return runWatch(deps, resource, resource.namespaced ? namespace : '', query, matches, version, signal);
}

async function* runWatch(
  deps: RegistryDeps,
  resource: ServedResource,
  namespace: string,
  query: WatchQuery,
  matches: Matcher | undefined,
  version: number,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent> {
  const { store } = deps;
  const { stored } = resource;
  const apiVersion = apiVersionOf(resource);
  const buffer = createEventBuffer<Signal>(bufferedChanges);
  const inScope = (object: AnyObject) => !namespace || object.metadata.namespace === namespace;
  const visible = (object: AnyObject) => inScope(object) && (!matches || matches(object));
  let seen = store.revision;
  const unsubscribe = store.subscribe(stored.id, buffer.push);
  const stop = () => buffer.close();
  // A watch of a kind that is no longer served ends; the client then learns that it is gone.
  const unlisten = deps.catalogue.onChange(() => {
    if (!deps.catalogue.find(resource.group, resource.version, resource.plural)) stop();
  });
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  const timeoutMs = query.timeoutSeconds ? query.timeoutSeconds * 1000 : defaultTimeoutMs;
  const timeout = setTimeout(() => buffer.push('timeout'), Math.min(timeoutMs, 2 ** 31 - 1));
  const ticker = query.allowWatchBookmarks ? setInterval(() => buffer.push('bookmark'), bookmarkEveryMs) : undefined;
  ticker?.unref();
  timeout.unref();
  try {
    const wantsState = query.sendInitialEvents ?? version === 0;
    if (wantsState) {
      for (const object of store.list(stored.id, namespace)) {
        if (matches && !matches(object)) continue;
        yield { type: 'ADDED', object: await stored.convert(object, apiVersion) };
      }
      if (query.sendInitialEvents && query.allowWatchBookmarks) yield bookmark(resource, seen, true);
    } else if (version > 0 && version < seen) {
      for (const change of store.changesSince(stored.id, version)) {
        seen = change.revision;
        const event = await eventOf(change, visible, resource, apiVersion);
        if (event) yield event;
      }
    }
    let told = seen;
    for (;;) {
      const next = await buffer.next();
      if (next === undefined || signal.aborted) return;
      if (next === 'timeout' || next === 'bookmark') {
        if (query.allowWatchBookmarks && store.revision > told) {
          // Everything up to now has been sent: changes come through the same queue.
          told = store.revision;
          yield bookmark(resource, told, false);
        }
        if (next === 'timeout') return;
        continue;
      }
      if (next.revision <= seen) continue;
      seen = next.revision;
      const event = await eventOf(next, visible, resource, apiVersion);
      if (event) {
        told = seen;
        yield event;
      }
    }
  } catch (error) {
    if (!(error instanceof RevisionCompacted)) throw error;
    yield { type: 'ERROR', object: new StatusError('Expired', error.message).toStatus() as unknown as AnyObject };
  } finally {
    clearTimeout(timeout);
    clearInterval(ticker);
    unsubscribe();
    unlisten();
    signal.removeEventListener('abort', stop);
    buffer.close();
  }
}

/** What a change means to a watch that sees only some objects. */
async function eventOf(
  change: Change,
  visible: Matcher,
  { stored }: ServedResource,
  apiVersion: string,
): Promise<WatchEvent | undefined> {
  const before = change.previous ? visible(change.previous) : false;
  const after = change.type !== 'DELETED' && visible(change.object);
  if (!before && !after) return undefined;
  if (after) {
    return { type: before ? 'MODIFIED' : 'ADDED', object: await stored.convert(change.object, apiVersion) };
  }
  // Left the selection, or is gone: the last state that was seen, under the version of the change.
  const last = change.previous ?? change.object;
  const object = { ...last, metadata: { ...last.metadata, resourceVersion: String(change.revision) } };
  return {
    type: 'DELETED',
    object: await stored.convert(change.type === 'DELETED' ? change.object : object, apiVersion),
  };
}

function bookmark(resource: ServedResource, revision: number, initialEventsEnd: boolean): WatchEvent {
  return {
    type: 'BOOKMARK',
    object: {
      kind: resource.kind,
      apiVersion: apiVersionOf(resource),
      metadata: {
        resourceVersion: String(revision),
        ...(initialEventsEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {}),
      },
    },
  };
}

function checkInitialEvents(query: WatchQuery): void {
  const { sendInitialEvents, resourceVersionMatch } = query;
  const refuse = (message: string) => new StatusError('Invalid', `ListOptions.meta.k8s.io "" is invalid: ${message}`);
  if (sendInitialEvents !== undefined && resourceVersionMatch !== 'NotOlderThan') {
    throw refuse(
      resourceVersionMatch
        ? `resourceVersionMatch: Unsupported value: ${JSON.stringify(resourceVersionMatch)}: supported values: "NotOlderThan"`
        : 'resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
    );
  }
  if (sendInitialEvents === undefined && resourceVersionMatch) {
    throw refuse(
      'resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
    );
  }
}
