import type { EntryType, Problem } from './model.ts';

/** Every name of a kind of storage that an entry may have as its `type` (KServe and ModelMesh). */
export const ENTRY_TYPES: Readonly<Record<string, EntryType>> = {
  s3: 's3',
  gcs: 'gcs',
  gs: 'gcs',
  azure: 'azure',
  http: 'http',
  https: 'http',
  hdfs: 'hdfs',
  webhdfs: 'hdfs',
  pvc: 'pvc',
};

/** The kind of an entry: what it says, else what its key `default_TYPE` says; `undefined` where the service's parameters tell. */
export function entryTypeFrom(written: unknown, key: string): { type?: EntryType; problems: Problem[] } {
  const name = written ?? /^default_(\w+)$/.exec(key)?.[1];
  if (name === undefined || name === '') return { problems: [] };
  const type = typeof name === 'string' && Object.hasOwn(ENTRY_TYPES, name) ? ENTRY_TYPES[name] : undefined;
  if (type) return { type, problems: [] };
  if (written === undefined) return { problems: [] };
  // Something longer may be a value that slipped into the field.
  const found =
    typeof written === 'string' && /^[\w-]{1,7}$/.test(written) ? `is "${written}"` : 'names no kind of storage';
  const message = `field "type" of key "${key}" ${found}; expected one of ${Object.keys(ENTRY_TYPES).join(', ')}`;
  return { problems: [{ code: 'UnknownType', severity: 'error', key, field: 'type', message }] };
}
