import { labelMatches, parseRegistryKey, type RegistryKey } from './registry-key.ts';

/**
 * What a credential is for: the images of a host below a path, in whole segments. Unlike the kubelet's keys, `/team-a` does not begin
 * `/team-ab`, case of hosts does not count (RFC 3986), and Docker Hub has one name, `docker.io`.
 */
export interface RegistryScope {
  /** In lower case; `*` stands for any part of one label. */
  readonly labels: readonly string[];
  /** Empty where none is written. */
  readonly port: string;
  /** Segments of the path. */
  readonly path: readonly string[];
}

const hub = ['docker', 'io'];

/** What a key of a docker config, or a `match`, means. `undefined` for what can match no image. */
export function parseRegistryScope(text: string): RegistryScope | undefined {
  const key = parseRegistryKey(text);
  if (!key) return undefined;
  const scope = scopeOf(key);
  const isAddress = scope.labels.length === 1 && /^[0-9a-f:]*:[0-9a-f:]*$/.test(scope.labels[0] ?? '');
  // An IPv6 address without a port is none to the kubelet.
  if (isAddress ? !scope.port : !scope.labels.every((label) => /^[a-z0-9*-]+$/.test(label))) return undefined;
  return scope.path.every((segment) => /^[a-z0-9._-]+$/.test(segment)) ? scope : undefined;
}

function scopeOf({ labels, port, path }: RegistryKey): RegistryScope {
  const lower = labels.map((label) => label.toLowerCase());
  const isHub = port === '' && lower.join('.') === 'index.docker.io';
  return { labels: isHub ? hub : lower, port, path: path.replace(/\/$/, '').split('/').slice(1) };
}

/** A key that the kubelet matches with nothing beyond the scope. An image that is named exactly as the path is not matched by it. */
export function keyOfScope(scope: RegistryScope): string {
  return `${hostOfScope(scope)}${scope.path.map((segment) => `/${segment}`).join('')}${scope.path.length > 0 ? '/' : ''}`;
}

export function hostOfScope({ labels, port }: RegistryScope): string {
  const name = labels.join('.');
  return `${name.includes(':') ? `[${name}]` : name}${port ? `:${port}` : ''}`;
}

/** Whether an image can be on hosts of both; paths do not count. */
export function hostsOverlap(a: RegistryScope, b: RegistryScope): boolean {
  return (
    a.port === b.port &&
    a.labels.length === b.labels.length &&
    a.labels.every((label, index) => labelsUnify(label, b.labels[index] ?? ''))
  );
}

/** Whether every image on a host of `inner` is on one of `outer`; paths do not count. Stars of `inner` are only read by stars. */
export function hostsCover(outer: RegistryScope, inner: RegistryScope): boolean {
  return (
    outer.port === inner.port &&
    outer.labels.length === inner.labels.length &&
    outer.labels.every((label, index) => labelMatches(label, inner.labels[index] ?? ''))
  );
}

/**
 * The images that both are for, as one scope. `none` where there are none; `unclear` where wildcards cross, as `a*.io` and `*b.io`, which
 * no key can say.
 */
export function narrowScope(a: RegistryScope, b: RegistryScope): RegistryScope | 'none' | 'unclear' {
  if (!hostsOverlap(a, b)) return 'none';
  const [short, long] = a.path.length <= b.path.length ? [a.path, b.path] : [b.path, a.path];
  if (!short.every((segment, index) => segment === long[index])) return 'none';
  const labels = a.labels.map((label, index) => {
    const other = b.labels[index] ?? '';
    if (labelMatches(label, other)) return other;
    return labelMatches(other, label) ? label : undefined;
  });
  if (!labels.every((label) => label !== undefined)) return 'unclear';
  return { labels, port: a.port, path: long };
}

/** Whether some label fits both patterns. */
function labelsUnify(a: string, b: string): boolean {
  // Row by row over the first pattern: which beginnings of the second one can fit what has been read.
  let row = reachAfterStars(b, new Set([0]));
  for (const char of a) {
    const next = new Set<number>();
    for (const at of row) {
      if (char === '*') {
        for (let end = at; end <= b.length; end += 1) next.add(end);
      } else if (b[at] === '*') next.add(at);
      else if (b[at] === char) next.add(at + 1);
    }
    row = reachAfterStars(b, next);
  }
  return row.has(b.length);
}

/** A star fits nothing as well. */
function reachAfterStars(pattern: string, row: Set<number>): Set<number> {
  for (const at of row) if (pattern[at] === '*') row.add(at + 1);
  return row;
}
