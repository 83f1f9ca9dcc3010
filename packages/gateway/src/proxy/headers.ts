import type { HeaderFilter } from '@serval/kube/objects';

/** Names that concern one connection only (RFC 9110 section 7.6.1), and `expect`, which the gateway answers itself. */
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
]);

/** The pseudonym of this kind of gateway in `Via`. */
const pseudonym = 'serval-gateway';

/** Name, value, name, value … as `node:http` and undici take them. */
export type FlatHeaders = string[];

export interface RequestHeaders {
  flat: FlatHeaders;
  /** Earlier passes through gateways of this kind. */
  hops: number;
}

export interface Origin {
  /** Sent as Host. */
  host: string;
  /** The Host that the client sent. */
  forwardedHost: string;
  remoteAddress: string;
}

/**
 * Headers for the endpoint: hop-by-hop ones dropped, the client's address added to `X-Forwarded-For`.
 * `X-Forwarded-Proto` and `-Host` are kept where a proxy in front has set them, since only that one saw the client's URL.
 */
export function requestHeaders(raw: readonly string[], connection: string | undefined, origin: Origin): RequestHeaders {
  const named = namedBy(connection);
  const flat: FlatHeaders = ['host', origin.host];
  let forwardedFor = '';
  let via = '';
  let hasProto = false;
  let hasHost = false;
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!.toLowerCase();
    const value = raw[i + 1]!;
    if (name === 'host' || hopByHop.has(name) || named?.has(name)) continue;
    if (name === 'x-forwarded-for') forwardedFor += `${value}, `;
    else if (name === 'via') via += `${value}, `;
    else {
      if (name === 'x-forwarded-proto') hasProto = true;
      else if (name === 'x-forwarded-host') hasHost = true;
      flat.push(name, value);
    }
  }
  flat.push('x-forwarded-for', forwardedFor + origin.remoteAddress, 'via', `${via}1.1 ${pseudonym}`);
  if (!hasProto) flat.push('x-forwarded-proto', 'http');
  if (!hasHost) flat.push('x-forwarded-host', origin.forwardedHost);
  return { flat, hops: via === '' ? 0 : via.split(pseudonym).length - 1 };
}

/** Headers for the client, from the bytes that the endpoint sent. */
export function responseHeaders(raw: unknown): FlatHeaders {
  const flat: FlatHeaders = [];
  if (!Array.isArray(raw)) return flat;
  let connection: string | undefined;
  for (let i = 0; i < raw.length; i += 2) {
    const name = textOf(raw[i]).toLowerCase();
    if (hopByHop.has(name)) {
      if (name === 'connection') connection = textOf(raw[i + 1]);
    } else flat.push(name, textOf(raw[i + 1]));
  }
  const named = namedBy(connection);
  return named === undefined ? flat : filterFlat(flat, (name) => !named.has(name));
}

/** Header bytes are ISO 8859-1 (RFC 9110 section 5.5). */
function textOf(part: Buffer | string): string {
  return typeof part === 'string' ? part : part.toString('latin1');
}

function namedBy(connection: string | undefined): Set<string> | undefined {
  if (connection === undefined) return undefined;
  const lower = connection.toLowerCase();
  if (lower === 'keep-alive' || lower === 'close') return undefined;
  return new Set(lower.split(',').map((name) => name.trim()));
}

/** `set` replaces every value of a name, `add` appends one, `remove` drops all. Names in the filter are lower case. */
export function modifyHeaders(flat: FlatHeaders, filters: readonly HeaderFilter[]): FlatHeaders {
  let result = flat;
  for (const { set = [], add = [], remove = [] } of filters) {
    const dropped = new Set([...remove, ...set.map(({ name }) => name)]);
    if (dropped.size > 0) result = filterFlat(result, (name) => !dropped.has(name));
    for (const { name, value } of [...set, ...add]) result.push(name, value);
  }
  return result;
}

function filterFlat(flat: FlatHeaders, keep: (name: string) => boolean): FlatHeaders {
  const kept: FlatHeaders = [];
  for (let i = 0; i < flat.length; i += 2) if (keep(flat[i]!.toLowerCase())) kept.push(flat[i]!, flat[i + 1]!);
  return kept;
}
