/** A key of a docker config, or the name of an image, as the kubelet compares them. */
export interface RegistryKey {
  /** Host with optional port; labels of a key may hold `*`. Case counts. */
  host: string;
  /** Labels of the host, without the port. */
  labels: readonly string[];
  /** Empty where none is written. */
  port: string;
  /** Empty, or with a leading `/`. A raw prefix, not whole segments: `/team-a` also begins `/team-ab`. */
  path: string;
}

/**
 * The key that the kubelet makes of what a docker config has: without scheme, and with `/v1/` and `/v2/` taken away at the beginning of
 * the path. The last slash must be there: `https://index.docker.io/v1` is a path named `/v1`. `undefined` for what the kubelet ignores.
 */
export function parseRegistryKey(text: string): RegistryKey | undefined {
  const parsed = parseAsUrl(text.replace(/^https?:\/\//, ''));
  if (!parsed) return undefined;
  const path = /^\/v[12]\//.test(parsed.path) ? parsed.path.slice(3) : parsed.path;
  // Kubelets hold keys as text and parse them a second time to compare, which decodes escapes twice.
  return parseSchemeless(parsed.host + (path === '/' ? '' : path));
}

/** Host and path without a scheme: the name of an image, or what a key has become. */
export function parseSchemeless(text: string): RegistryKey | undefined {
  const parsed = parseAsUrl(text);
  if (!parsed) return undefined;
  const { host, path } = parsed;
  const port = /^(\[[^\]]*\]|[^:]*):(\d*)$/.exec(host);
  // Brackets fall with a port only; without one they are a character class to the comparison, and match no IPv6 address.
  const name = port ? port[1]!.replace(/^\[(.*)\]$/, '$1') : host;
  return { host, labels: name.split('.'), port: port?.[2] ?? '', path };
}

/** Whether a key takes an image: same port, as many labels, each of which fits, and the key's path a prefix of the image's. */
export function keyMatches(key: RegistryKey, image: RegistryKey): boolean {
  return (
    key.port === image.port &&
    key.labels.length === image.labels.length &&
    image.path.startsWith(key.path) &&
    key.labels.every((label, index) => labelMatches(label, image.labels[index]!))
  );
}

/** `*` stands for any part of a label. */
export function labelMatches(pattern: string, label: string): boolean {
  if (pattern.startsWith('[')) return false;
  const parts = pattern.split('*');
  if (parts.length === 1) return pattern === label;
  const [first, last] = [parts[0]!, parts.at(-1)!];
  if (label.length < first.length + last.length || !label.startsWith(first) || !label.endsWith(last)) return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = label.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= label.length - last.length;
}

/** `https://TEXT` as Go's `net/url` reads it, which the kubelet uses; WHATWG's URL would fold case and turn `*` and others down. */
function parseAsUrl(text: string): { host: string; path: string } | undefined {
  if (/\p{Cc}|#.*%(?![0-9A-Fa-f]{2})/u.test(text)) return undefined;
  const rest = text.replace(/#.*$/s, '').replace(/\?.*$/s, '');
  const slash = rest.indexOf('/');
  const authority = slash < 0 ? rest : rest.slice(0, slash);
  const path = decodePath(slash < 0 ? '' : rest.slice(slash));
  const at = authority.lastIndexOf('@');
  if (at >= 0 && !/^([\w.~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})*$/.test(authority.slice(0, at))) return undefined;
  const host = authority.slice(at + 1);
  const valid = host.startsWith('[')
    ? /^\[[0-9A-Fa-f:.]+\](:\d*)?$/.test(host)
    : /^[A-Za-z0-9\-_.~!$&'()*+,;=\]<>"\u0080-\uffff]*(:\d*)?$/.test(host);
  return valid && path !== undefined ? { host, path } : undefined;
}

function decodePath(path: string): string | undefined {
  if (!path.includes('%')) return path;
  if (/%(?![0-9A-Fa-f]{2})/.test(path)) return undefined;
  const bytes = path.replace(/[^%]+/g, (plain) => Buffer.from(plain).toString('latin1'));
  return Buffer.from(
    bytes.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  ).toString('utf8');
}
