import type { HeaderFilter, HttpPathModifier } from '@serval/kube/objects';
import type { HostMap } from './hosts.ts';

/**
 * Everything that the data plane needs to decide about a request, made once per change. A request is decided on one
 * snapshot of it, so changes take effect between requests.
 *
 * Listeners are kept apart: the most specific listener hostname takes the request, and only its own routes are asked.
 */
export interface RouteTable {
  readonly listeners: HostMap<HostMap<PathTable>>;
  /** Number of matches in all, for logs. */
  readonly size: number;
}

export interface PathTable {
  readonly exact: Map<string, RouteEntry[]>;
  /** Keys without the final slash; `''` is the prefix `/`. */
  readonly prefix: Map<string, RouteEntry[]>;
  longestPrefix: number;
}

/** One match of one rule. Entries of the same path stand in the order of precedence. */
export interface RouteEntry {
  readonly rule: CompiledRule;
  readonly method: string | undefined;
  /** Lower-case name and value. */
  readonly headers: readonly (readonly [string, string])[];
  readonly query: readonly (readonly [string, string])[];
  /** What `ReplacePrefixMatch` replaces; undefined for an exact match. */
  readonly prefix: string | undefined;
}

export interface CompiledRule {
  /** `namespace/name/rule index`: the same over changes of the table. */
  readonly key: string;
  /** `namespace/name` of the HTTPRoute. */
  readonly route: string;
  readonly filters: CompiledFilters;
  readonly backends: readonly CompiledBackend[];
  readonly totalWeight: number;
  /** Undefined: not written. 0: written as no limit. */
  readonly requestTimeoutMs: number | undefined;
  readonly backendTimeoutMs: number | undefined;
}

export interface CompiledFilters {
  readonly requestHeaders: readonly HeaderFilter[];
  readonly responseHeaders: readonly HeaderFilter[];
  readonly redirect: CompiledRedirect | undefined;
  readonly rewrite: { readonly hostname: string | undefined; readonly path: HttpPathModifier | undefined } | undefined;
}

export interface CompiledRedirect {
  readonly scheme: string | undefined;
  readonly hostname: string | undefined;
  readonly port: number | undefined;
  readonly path: HttpPathModifier | undefined;
  readonly statusCode: number;
}

export interface CompiledBackend {
  readonly weight: number;
  /** Key of the endpoint table, `namespace/name:port`; undefined when the reference does not resolve. */
  readonly service: string | undefined;
  /** Why it does not resolve. */
  readonly problem: string | undefined;
  readonly requestHeaders: readonly HeaderFilter[];
  readonly responseHeaders: readonly HeaderFilter[];
}
