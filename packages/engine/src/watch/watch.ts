import { type AnyObject, StatusError, type WatchEvent } from '@serval/kube/objects';
import type { RegistryDeps } from '../registry/deps.ts';
import { candidates, parseVersion } from '../registry/read.ts';
import { createMatcher, type Matcher, selectedKey } from '../registry/selection.ts';
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
// Of a long list or history, so that a slow reader does not hold all of it in memory.
const eventsAtOnce = 64;

/** In the queue of changes: with this revision, everything before it has been queued. */
interface Tick {
  isEnd: boolean;
  revision: number;
}
type Signal = Change | Tick;

/**
 * Events of a collection, those together that are known together, until the time is up, the signal aborts or the reader is too slow. Throws before the first
 * event when the query is wrong; a version that is too old is an ERROR event, as clients expect it.
 */
export function watchObjects(
  deps: RegistryDeps,
  resource: ServedResource,
  namespace: string,
  query: WatchQuery,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent[]> {
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
): AsyncGenerator<WatchEvent[]> {
  const { store } = deps;
  const { stored } = resource;
  const apiVersion = apiVersionOf(resource);
  const buffer = createEventBuffer<Signal>(bufferedChanges);
  const inScope = (object: AnyObject) => !namespace || object.metadata.namespace === namespace;
  const visible = (object: AnyObject) => inScope(object) && (!matches || matches(object));
  let seen = store.revision;
  const only = selectedKey(resource, namespace, query);
  const unsubscribe = store.subscribe(stored.id, buffer.push, only);
  const stop = () => buffer.close();
  // A watch of a kind that is no longer served ends; the client then learns that it is gone.
  const unlisten = deps.catalogue.onChange(() => {
    if (!deps.catalogue.find(resource.group, resource.version, resource.plural)) stop();
  });
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  const timeoutMs = query.timeoutSeconds ? query.timeoutSeconds * 1000 : defaultTimeoutMs;
  const timeout = setTimeout(
    () => buffer.push({ isEnd: true, revision: store.revision }),
    Math.min(timeoutMs, 2 ** 31 - 1),
  );
  const tick = () => buffer.push({ isEnd: false, revision: store.revision });
  const ticker = query.allowWatchBookmarks ? setInterval(tick, bookmarkEveryMs) : undefined;
  ticker?.unref();
  timeout.unref();
  try {
    const wantsState = query.sendInitialEvents ?? version === 0;
    if (wantsState) {
      let batch: WatchEvent[] = [];
      for (const object of candidates(deps, resource, namespace, query)) {
        if (matches && !matches(object)) continue;
        batch.push({ type: 'ADDED', object: await stored.convert(object, apiVersion) });
        if (batch.length < eventsAtOnce) continue;
        yield batch;
        batch = [];
      }
      if (query.sendInitialEvents && query.allowWatchBookmarks) batch.push(bookmark(resource, seen, true));
      if (batch.length > 0) yield batch;
    } else if (version > 0 && version < seen) {
      let batch: WatchEvent[] = [];
      for (const change of store.changesSince(stored.id, version, only)) {
        seen = change.revision;
        const event = await eventOf(change, visible, resource, apiVersion);
        if (event) batch.push(event);
        if (batch.length < eventsAtOnce) continue;
        yield batch;
        batch = [];
      }
      if (batch.length > 0) yield batch;
    }
    let told = seen;
    for (;;) {
      const signals = await buffer.take();
      if (signals === undefined || signal.aborted) return;
      const batch: WatchEvent[] = [];
      let isOver = false;
      for (const next of signals) {
        if ('isEnd' in next) {
          if (query.allowWatchBookmarks && next.revision > told) {
            told = next.revision;
            batch.push(bookmark(resource, told, false));
          }
          isOver = next.isEnd;
          if (isOver) break;
          continue;
        }
        if (next.revision <= seen) continue;
        seen = next.revision;
        const event = eventOf(next, visible, resource, apiVersion);
        const known = event instanceof Promise ? await event : event;
        if (known) {
          told = seen;
          batch.push(known);
        }
      }
      if (batch.length > 0) yield batch;
      if (isOver) return;
    }
  } catch (error) {
    if (!(error instanceof RevisionCompacted)) throw error;
    yield [{ type: 'ERROR', object: new StatusError('Expired', error.message).toStatus() as unknown as AnyObject }];
  } finally {
    clearTimeout(timeout);
    clearInterval(ticker);
    unsubscribe();
    unlisten();
    signal.removeEventListener('abort', stop);
    buffer.close();
  }
}

/** What a change means to a watch that sees only some objects. A promise only where a webhook converts. */
function eventOf(
  change: Change,
  visible: Matcher,
  { stored }: ServedResource,
  apiVersion: string,
): WatchEvent | undefined | Promise<WatchEvent> {
  const before = change.previous ? visible(change.previous) : false;
  const after = change.type !== 'DELETED' && visible(change.object);
  if (!before && !after) return undefined;
  const type = after ? (before ? 'MODIFIED' : 'ADDED') : 'DELETED';
  const object = stored.convert(after || change.type === 'DELETED' ? change.object : leaving(change), apiVersion);
  return object instanceof Promise ? object.then((converted) => ({ type, object: converted })) : { type, object };
}

/** The last state that a watch saw of an object which left its selection, under the version of the change. */
function leaving(change: Change): AnyObject {
  const last = change.previous ?? change.object;
  return { ...last, metadata: { ...last.metadata, resourceVersion: String(change.revision) } };
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
