import { visitHosts } from './hosts.ts';
import type { PathTable, RouteEntry, RouteTable } from './table.ts';

/** The parts of a request that routes look at. */
export interface RoutedRequest {
  method: string;
  /** Lower case, without port. */
  hostname: string;
  /** As sent, without the query. */
  path: string;
  /** Without the question mark. */
  query: string;
  /** Lower-case names; several values of one name are joined by a comma. */
  headers: Record<string, string | string[] | undefined>;
}

/**
 * The route entry that takes the request, by the precedence of the Gateway API: hostname, exact path, longest prefix,
 * method, number of headers, number of query parameters, oldest route, name, first rule.
 */
export function match(table: RouteTable, request: RoutedRequest): RouteEntry | undefined {
  let isolated = false;
  return visitHosts(table.listeners, request.hostname, (hosts) => {
    if (isolated) return undefined;
    isolated = true;
    return visitHosts(hosts, request.hostname, (paths) => matchPath(paths, request));
  });
}

function matchPath(paths: PathTable, request: RoutedRequest): RouteEntry | undefined {
  const { path } = request;
  const exact = paths.exact.size > 0 ? firstOf(paths.exact.get(path), request) : undefined;
  if (exact !== undefined || paths.prefix.size === 0) return exact;
  // Nothing beyond the longest prefix can match, which also bounds the work for paths of many slashes.
  let end = path.length > paths.longestPrefix ? path.lastIndexOf('/', paths.longestPrefix) : path.length;
  while (end >= 0) {
    const found = firstOf(paths.prefix.get(path.slice(0, end)), request);
    if (found !== undefined) return found;
    end = end === 0 ? -1 : path.lastIndexOf('/', end - 1);
  }
  return undefined;
}

function firstOf(entries: RouteEntry[] | undefined, request: RoutedRequest): RouteEntry | undefined {
  if (entries === undefined) return undefined;
  for (const entry of entries) {
    if (entry.method !== undefined && entry.method !== request.method) continue;
    if (entry.headers.length > 0 && !hasHeaders(entry, request)) continue;
    if (entry.query.length > 0 && !hasQuery(entry, request)) continue;
    return entry;
  }
  return undefined;
}

function hasHeaders(entry: RouteEntry, { headers }: RoutedRequest): boolean {
  for (const [name, value] of entry.headers) {
    const actual = headers[name];
    if ((Array.isArray(actual) ? actual.join(', ') : actual) !== value) return false;
  }
  return true;
}

function hasQuery(entry: RouteEntry, { query }: RoutedRequest): boolean {
  // The first of several parameters of one name counts, as most implementations have it.
  const parameters = new URLSearchParams(query);
  for (const [name, value] of entry.query) if (parameters.get(name) !== value) return false;
  return true;
}
