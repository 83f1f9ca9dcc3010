import { createHash } from 'node:crypto';

/** Fields whose values may be read by anybody: they name places. All others are shown by their size. */
const openFields = new Set([
  ...['type', 'region', 'bucket', 'default_bucket', 'verify_ssl', 'anonymous', 'account_name', 'container', 'name'],
  ...['endpoint_url', 'url', 'token_uri', 'HDFS_NAMENODE', 'HDFS_ROOTPATH', 'TLS_SKIP_VERIFY', 'N_THREADS'],
]);
const placeFields = new Set(['ca_bundle', 'cabundle_configmap', 'ca_bundle_configmap', 'certificate']);
const place = /^(\/[\w./-]{0,250}|[a-z0-9]([-a-z0-9.]{0,250}[a-z0-9])?)$/;

/**
 * What differs between two entries, one line per field, as a diff: `-` before, `+` afterwards, two spaces where nothing changed. A value
 * that could be secret is never shown, nor a digest of it that would tell a short one: only certificates, which are public, have one.
 */
export function maskedEntryDiff(before: string | undefined, after: string | undefined): string[] {
  const [old, now] = [fieldsOf(before), fieldsOf(after)];
  if (!old || !now) {
    return [
      ...(before === undefined ? [] : [`- ${sized(before)}`]),
      ...(after === undefined ? [] : [`+ ${sized(after)}`]),
    ];
  }
  const lines: string[] = [];
  const rest = new Map(now);
  const show = (field: string): void => {
    const value = rest.get(field);
    rest.delete(field);
    const was = old.get(field);
    if (!old.has(field)) lines.push(`+ ${line(field, value)}`);
    else if (was === value) lines.push(`  ${line(field, value)}`);
    else {
      const [left, right] = [line(field, was), line(field, value)];
      lines.push(`- ${left}`, `+ ${right}${left === right ? ' (another value)' : ''}`);
    }
  };
  for (const [field, value] of old) {
    if (!now.has(field)) lines.push(`- ${line(field, value)}`);
    // New fields stand where they come to stand: in front of the next one that stays.
    else if (rest.has(field))
      for (const next of [...rest.keys()].slice(0, [...rest.keys()].indexOf(field) + 1)) show(next);
  }
  for (const field of [...rest.keys()]) show(field);
  return lines;
}

/** PEM of a ConfigMap, or a field that is no entry's. */
export function maskedText(text: string): string {
  return sized(text);
}

function fieldsOf(text: string | undefined): Map<string, unknown> | undefined {
  if (text === undefined) return new Map();
  try {
    const value: unknown = JSON.parse(text);
    const isEntry = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isEntry ? new Map(Object.entries(value)) : undefined;
  } catch {
    return undefined;
  }
}

function line(field: string, value: unknown): string {
  return `${JSON.stringify(field)}: ${shown(field, value)}`;
}

function shown(field: string, value: unknown): string {
  if (typeof value !== 'string') {
    return typeof value === 'boolean' || (typeof value === 'number' && openFields.has(field))
      ? JSON.stringify(value)
      : `<${typeof value}>`;
  }
  if (value === '') return '""';
  const isOpen = openFields.has(field) && value.length <= 300 && !/[@\p{Cc}]/u.test(value) && !value.includes('?');
  return isOpen || (placeFields.has(field) && place.test(value)) ? JSON.stringify(value) : sized(value);
}

function sized(text: string): string {
  const bytes = `${Buffer.byteLength(text)} bytes`;
  const isPublic = text.includes('-----BEGIN CERTIFICATE-----') && !text.includes('PRIVATE KEY-----');
  return isPublic ? `<${bytes}, sha256 ${createHash('sha256').update(text).digest('hex').slice(0, 8)}>` : `<${bytes}>`;
}
