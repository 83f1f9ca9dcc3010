/** What stands in the place of something secret. */
export const mask = '<redacted>';

/** Shorter ones are words such as `true` that stand everywhere. */
const minLength = 6;
/** Of a storage entry: what says where, and opens nothing. */
const publicKeys = new Set(['type', 'bucket', 'default_bucket', 'region', 'endpoint_url', 'base_path', 'anonymous']);

/** Shapes of secrets that are known, wherever they come from. */
const shapes: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g, mask],
  [/(:\/\/)[^\s/@"']+:[^\s/@"']+@/g, `$1${mask}@`],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi, `$1 ${mask}`],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, mask],
  [/\b(AKIA|ASIA)[0-9A-Z]{16}\b/g, mask],
  [/\bhf_[A-Za-z0-9]{16,}/g, mask],
  [/\b(X-Amz-(?:Signature|Credential|Security-Token)|sig|signature|access_token)=[^\s&"']+/gi, `$1=${mask}`],
  [
    /((?:password|passwd|secret|token|api[_-]?key|access[_-]?key(?:[_-]id)?|account[_-]?key|credentials?)\\?["']?\s*[:=]\s*\\?["']?)[^\s"'\\,;{}[\]]{4,}/gi,
    `$1${mask}`,
  ],
];

/** Takes known secrets, and what looks like one, out of texts. */
export function createRedactor(secrets: Iterable<string>): (text: string) => string {
  const known = [...new Set([...secrets].flatMap(formsOf))].sort((a, b) => b.length - a.length);
  return (text) => {
    let redacted = text;
    for (const form of known) if (redacted.includes(form)) redacted = redacted.replaceAll(form, mask);
    for (const [shape, replacement] of shapes) redacted = redacted.replace(shape, replacement);
    return redacted;
  };
}

/** A secret as it may be written: plain, in JSON, in a URL, in base64; each of its lines, and what is in its JSON. */
function formsOf(secret: string): string[] {
  const lines = secret.split(/\r?\n/).filter((line) => line.length >= 16 && !line.startsWith('-----'));
  return [secret, ...lines, ...innerTexts(secret)].flatMap((text) => {
    const trimmed = text.trim();
    if (trimmed.length < minLength) return [];
    return [
      ...new Set([
        trimmed,
        JSON.stringify(trimmed).slice(1, -1),
        encodeURIComponent(trimmed),
        Buffer.from(trimmed).toString('base64'),
        Buffer.from(text).toString('base64'),
      ]),
    ];
  });
}

function innerTexts(text: string): string[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [];
  }
  const found: string[] = [];
  const walk = (inner: unknown, key: string): void => {
    if (typeof inner === 'string') {
      if (!publicKeys.has(key)) found.push(inner);
    } else if (typeof inner === 'object' && inner !== null) {
      for (const [name, next] of Object.entries(inner)) walk(next, name);
    }
  };
  walk(value, '');
  return found;
}
