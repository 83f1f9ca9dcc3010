/**
 * How messages call a field of the storage entry. `SERVAL_STORAGE_ENTRY` tells which one it is, such as
 * `Secret models/storage-config, key "minio"`, where somebody knows; the entry itself comes without.
 */
export function entryField(field: string, environment: Readonly<Record<string, string | undefined>>): string {
  return `field "${field}" of ${environment['SERVAL_STORAGE_ENTRY'] || 'STORAGE_CONFIG'}`;
}
