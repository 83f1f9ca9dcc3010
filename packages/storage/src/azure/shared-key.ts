import { createHmac } from 'node:crypto';

/** Headers that are signed by their place, in this order, after the verb (Authorize with Shared Key, version 2015-02-21 on). */
const SIGNED_HEADERS = [
  'content-encoding',
  'content-language',
  'content-length',
  'content-md5',
  'content-type',
  'date',
  'if-modified-since',
  'if-match',
  'if-none-match',
  'if-unmodified-since',
  'range',
];

/** `Authorization` of a request without a body. `headers` have lower-case names, `x-ms-date` among them. */
export function sharedKeyAuthorization(
  method: string,
  url: URL,
  headers: Readonly<Record<string, string>>,
  { account, key }: { account: string; key: Buffer },
): string {
  const own = Object.keys(headers)
    .filter((name) => name.startsWith('x-ms-'))
    .sort()
    .map((name) => `${name}:${headers[name]!.trim()}\n`);
  const text = [method, ...SIGNED_HEADERS.map((name) => headers[name] ?? '')].join('\n');
  const signature = createHmac('sha256', key)
    .update(`${text}\n${own.join('')}${canonicalizedResource(url, account)}`)
    .digest('base64');
  return `SharedKey ${account}:${signature}`;
}

/** The path as it is sent, and the parameters decoded, sorted by name, each on a line of its own. */
function canonicalizedResource(url: URL, account: string): string {
  const parameters = new Map<string, string[]>();
  for (const [name, value] of url.searchParams) {
    const folded = name.toLowerCase();
    parameters.set(folded, [...(parameters.get(folded) ?? []), value]);
  }
  const lines = [...parameters].sort(([a], [b]) => (a < b ? -1 : 1));
  return `/${account}${url.pathname}${lines.map(([name, values]) => `\n${name}:${values.sort().join(',')}`).join('')}`;
}
