/** Values by hostname: exact names, wildcards (`*.example.com` is kept under `example.com`) and one for every host. */
export interface HostMap<T> {
  readonly exact: Map<string, T>;
  readonly wildcard: Map<string, T>;
  any?: T;
}

export function createHostMap<T>(): HostMap<T> {
  return { exact: new Map(), wildcard: new Map() };
}

/** The value of a hostname as routes and listeners write it; `''` and `'*'` mean every host. Made when it is missing. */
export function hostEntry<T>(map: HostMap<T>, hostname: string, make: () => T): T {
  if (hostname === '' || hostname === '*') {
    map.any ??= make();
    return map.any;
  }
  const wildcard = hostname.startsWith('*.');
  const names = wildcard ? map.wildcard : map.exact;
  const key = (wildcard ? hostname.slice(2) : hostname).toLowerCase();
  let value = names.get(key);
  if (value === undefined) {
    value = make();
    names.set(key, value);
  }
  return value;
}

/**
 * Shows `visit` the values for a host, most specific first (exact, longest wildcard, every host), until it answers.
 * A wildcard stands for one or more labels.
 */
export function visitHosts<T, R>(map: HostMap<T>, host: string, visit: (value: T) => R | undefined): R | undefined {
  const exact = map.exact.get(host);
  if (exact !== undefined) {
    const answer = visit(exact);
    if (answer !== undefined) return answer;
  }
  if (map.wildcard.size > 0) {
    for (let dot = host.indexOf('.'); dot > 0; dot = host.indexOf('.', dot + 1)) {
      const value = map.wildcard.get(host.slice(dot + 1));
      const answer = value === undefined ? undefined : visit(value);
      if (answer !== undefined) return answer;
    }
  }
  return map.any === undefined ? undefined : visit(map.any);
}

/**
 * The hostname under which a route is served on a listener: the more specific of both, or undefined when they have
 * nothing in common (Gateway API, HTTPRoute `spec.hostnames`). `''` means every host.
 */
export function intersectHostnames(listener: string, route: string): string | undefined {
  const a = listener.toLowerCase();
  const b = route.toLowerCase();
  if (a === '' || a === '*') return b === '*' ? '' : b;
  if (b === '' || b === '*' || a === b) return a;
  if (a.startsWith('*.')) return b.endsWith(a.slice(1)) && b.length > a.length - 1 ? b : covers(b, a);
  return covers(b, a);
}

function covers(wildcard: string, name: string): string | undefined {
  if (!wildcard.startsWith('*.')) return undefined;
  return name.endsWith(wildcard.slice(1)) && name.length > wildcard.length - 1 ? name : undefined;
}

const hostShape = /^(?:\[[0-9a-f:.]+\]|[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_.])?)(?::\d{1,5})?$/i;

/** The lower-case name of a Host header without port and final dot; undefined when it is no valid host. */
export function hostnameOf(header: string | undefined): string | undefined {
  if (header === undefined || header.length > 260 || !hostShape.test(header)) return undefined;
  const end = header.startsWith('[') ? header.indexOf(']') + 1 : header.indexOf(':');
  const name = (end > 0 ? header.slice(0, end) : header).toLowerCase();
  return name.endsWith('.') ? name.slice(0, -1) : name;
}
