import { parseStorageScope, type StorageScope, type StoreKind } from '@serval/api';
import type { Secret } from '@serval/kube/objects';
import { type EntryType, MAX_ENTRY_BYTES, parseStorageConfig, type StorageEntry } from '@serval/storage/config';
import type { ServingConfig } from '../../config/serving-config.ts';
import type { NamedCertificates } from '../../credentials/part.ts';
import { certificatesIn } from '../../credentials/storage-entry.ts';
import { nameOfSecret } from '../resolution.ts';
import type { CredentialProblem } from './storage-credential.ts';

interface FoundEntry {
  /** As the initializer reads it. */
  readonly text: string;
  /** For messages: `Secret team/own, key "minio"`. */
  readonly called: string;
  readonly certificates?: NamedCertificates;
}

const typeOf: Readonly<Partial<Record<StoreKind, EntryType>>> = {
  s3: 's3',
  gs: 'gcs',
  azure: 'azure',
  http: 'http',
  hdfs: 'hdfs',
};

/** What makes an entry unusable. What is wrong with certificates is told where they are used, and when. */
const fatal: ReadonlySet<string> = new Set(['NotJson', 'NotAnObject', 'UnknownType', 'WrongValue']);

/**
 * The entry of a Secret of the kind of `storage-config` that is for a match: of its type, one that names the very bucket, account or server; else the
 * default, `default_TYPE` or `default`; else the only one.
 */
export function entryFor(secret: Secret, scope: StorageScope, config: ServingConfig): FoundEntry | CredentialProblem {
  const { namespace = '', name = '' } = secret.metadata;
  const place = nameOfSecret({ namespace, name });
  const type = typeOf[scope.kind];
  const texts = Object.entries(secret.data ?? {})
    .filter(([key]) => key !== config.credentials.gcs.gcsCredentialFileName && key !== 'headers')
    .map(([key, data]) => [key, Buffer.from(data, 'base64').toString('utf8')] as const)
    .filter(([, text]) => text.trimStart().startsWith('{'));
  // Whether a certificate is valid by now is no matter here.
  const { entries } = parseStorageConfig(Object.fromEntries(texts), { now: new Date(0) });
  const broken = entries.flatMap(({ problems }) => problems).find(({ code }) => fatal.has(code));
  const ranked = entries
    .filter((entry) => type !== undefined && entry.type === type && !entry.problems.some(({ code }) => fatal.has(code)))
    .flatMap((entry) => {
      const rank = rankOf(entry, scope);
      return rank === undefined ? [] : [{ entry, rank }];
    });
  const best = Math.min(...ranked.map(({ rank }) => rank));
  const [first, second] = ranked.filter(({ rank }) => rank === best);
  if (first && second) {
    const keys = [first, second].map(({ entry }) => `"${entry.key}"`).join(' and ');
    const message = `${place} has ${keys} for "${scope.text}" alike; name one default_${type}, or give them Secrets of their own`;
    return { reason: 'AmbiguousMatch', message };
  }
  if (first) {
    const { entry } = first;
    const called = `${place}, key "${entry.key}"`;
    const fields = { ...entry.fields, type: entry.fields['type'] || type };
    const text = JSON.stringify(fields);
    if (Buffer.byteLength(text) > MAX_ENTRY_BYTES) {
      const message = `${called} is over ${MAX_ENTRY_BYTES} bytes, as much as a program is handed over as a variable`;
      return { reason: 'MalformedStorageConfig', message };
    }
    return { text, called, ...certificatesIn(entry, called) };
  }
  if (broken) return { reason: 'MalformedStorageConfig', message: `${place}: ${broken.message}` };
  const keys = Object.keys(secret.data ?? {}).sort();
  const shown = keys.length === 0 ? 'it is empty' : `its keys are ${keys.slice(0, 10).join(', ')}`;
  return { reason: 'NoCredentialForMatch', message: `${place} has nothing for "${scope.text}"; ${shown}` };
}

/** The smaller, the nearer; undefined for one that is for another server. */
function rankOf({ key, fields }: StorageEntry, { kind, store, text }: StorageScope): number | undefined {
  const url = textOf(fields, 'url');
  if (kind === 'http' && url !== undefined) return parseStorageScope(url)?.store === store ? 0 : undefined;
  const place = textOf(fields, 'bucket') ?? textOf(fields, 'default_bucket') ?? textOf(fields, 'account_name');
  if (place !== undefined && isPlaceOf(place, kind, text)) return 0;
  if (/^default(_|$)/.test(key)) return 1;
  return place === undefined ? 2 : 3;
}

function isPlaceOf(place: string, kind: StoreKind, text: string): boolean {
  const host = /^[^:]+:\/\/([^/]*)/.exec(text)?.[1] ?? '';
  return kind === 'azure' ? host.startsWith(`${place}.`) : host === place;
}

function textOf(fields: StorageEntry['fields'], name: string): string | undefined {
  const value = fields[name];
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}
