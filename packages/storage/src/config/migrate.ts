import { openJsonMembers } from './json-members.ts';
import { type EntryMigration, migrateEntry } from './migrate-entry.ts';
import { certificateFieldNames, type FieldKind, kindOfText, looksLikeS3 } from './migrate-fields.ts';
import { misplacedFields } from './migrate-misplaced.ts';

/** What upstream's webhook mounts the certificates of a ConfigMap at, where nothing else is configured (KServe). */
const defaultMountPath = '/etc/ssl/custom-certs';

export interface MigrationOptions {
  /** Expiry is judged by it. */
  now: Date;
  /** Of the Secret: ConfigMaps that are made are named after it. Default `storage-config`. */
  secretName?: string;
  /** `dual` fills the half that is missing from the other; `names` only puts what is there under the names it belongs. Default `dual`. */
  to?: 'dual' | 'names';
  /** Whether a ConfigMap of this name may be made: there is none. Default: for every name that `configMaps` does not know. */
  mayCreate?: (name: string) => boolean;
  /** `storageInitializer.caBundleVolumeMountPath` of the installation. */
  mountPath?: string;
}

/** One thing that differs afterwards. Messages name keys, fields, ConfigMaps and paths, and never a value that is secret. */
export interface MigrationChange {
  key: string;
  field: string;
  action: 'added' | 'renamed' | 'moved' | 'removed' | 'converted' | 'created';
  message: string;
}

export type MigrationRefusal =
  | 'NotJson'
  | 'NotAnObject'
  | 'NotFlat'
  | 'MisplacedField'
  | 'PemExpected'
  | 'PathExpected'
  | 'NameExpected'
  | 'CertificateBroken'
  | 'CertificatesDiffer'
  | 'HalfMissing'
  | 'MissingField'
  | 'NotFound'
  | 'NameTaken'
  | 'TooLarge';

/** What was left as it is, and why. An entry that has one of the hard codes is the same to the byte. */
export interface MigrationRemark {
  key: string;
  field?: string;
  code: MigrationRefusal;
  /** `true`: the entry was not touched at all. `false`: it was, and this is what still needs a person. */
  untouched: boolean;
  message: string;
  /** The way out. */
  hint: string;
}

export interface Migration {
  /** The Secret's texts afterwards; those that did not change are the same. */
  data: Record<string, string>;
  /** ConfigMaps to make before the Secret is written: name ▶ what goes under `cabundle.crt`. */
  configMaps: Record<string, string>;
  changes: MigrationChange[];
  untouched: MigrationRemark[];
}

/**
 * What has to change in one Secret so that KServe, ModelMesh and Serval read the same certificates from it. Pure; applied to its own
 * result it finds nothing to do.
 *
 * KServe reads `cabundle_configmap` and `ca_bundle` (a path), ModelMesh `certificate` (PEM). ModelMesh's controller refuses a Secret in
 * which any key is no flat JSON object of texts.
 * @param data        decoded texts by key
 * @param configMaps  `cabundle.crt` of a ConfigMap of the Secret's namespace
 */
export function planMigration(
  data: Readonly<Record<string, string>>,
  configMaps: (name: string) => string | undefined,
  options: MigrationOptions,
): Migration {
  const result: Migration = { data: { ...data }, configMaps: {}, changes: [], untouched: [] };
  const context = {
    now: options.now,
    secretName: options.secretName ?? 'storage-config',
    to: options.to ?? 'dual',
    mountedFile: `${(options.mountPath ?? defaultMountPath).replace(/\/+$/, '')}/cabundle.crt`,
    configMaps: (name: string) => result.configMaps[name] ?? configMaps(name),
    mayCreate: (name: string) => !Object.hasOwn(result.configMaps, name) && (options.mayCreate?.(name) ?? true),
  };
  const take = (key: string, migration: EntryMigration): void => {
    result.untouched.push(...migration.remarks);
    if (migration.text === undefined) return;
    result.data[key] = migration.text;
    Object.assign(result.configMaps, migration.configMaps);
    result.changes.push(...migration.changes);
  };

  const misplaced = misplacedFields(data);
  const entryKeys = Object.keys(data).filter((key) => !misplaced.some((field) => field.key === key));
  const added = Object.fromEntries(misplaced.flatMap(({ key, text }) => (text === '' ? [] : [[key, text]])));
  const isEmpty = Object.keys(added).length === 0;
  const lacking = isEmpty ? [] : entryKeys.filter((key) => lacksCertificates(key, data[key] as string));
  const moves = lacking.map((key) => [key, migrateEntry(key, data[key] as string, context, added)] as const);
  const failed = moves.flatMap(([, { remarks }]) => remarks).find(({ untouched }) => untouched);
  const isMoved = moves.length > 0 && !failed;
  if (isMoved) for (const [key, migration] of moves) take(key, migration);
  for (const { key, text } of misplaced) {
    if (text === '') result.changes.push({ key, field: key, action: 'removed', message: `${key} was empty` });
    else if (isMoved) result.changes.push({ key, field: key, action: 'moved', message: movedMessage(key, lacking) });
    else result.untouched.push(stays(key, failed?.message ?? 'no s3 entry lacks certificates'));
    if (text === '' || isMoved) delete result.data[key];
  }
  const moved = new Set(isMoved ? lacking : []);
  const plans = entryKeys
    .filter((key) => !moved.has(key))
    .map((key) => {
      const migration = migrateEntry(key, data[key] as string, context);
      Object.assign(result.configMaps, migration.configMaps);
      return [key, migration] as const;
    });
  for (const [key, migration] of plans) {
    // An entry further down may make the ConfigMap that this one names.
    const isMissing = migration.remarks.some(({ code }) => code === 'NotFound');
    take(key, isMissing ? migrateEntry(key, data[key] as string, context) : migration);
  }
  return result;
}

function lacksCertificates(key: string, text: string): boolean {
  const members = openJsonMembers(text);
  if (!members || !looksLikeS3(key, members)) return false;
  const kinds: FieldKind[] = certificateFieldNames.map((name) => kindOfText(members.get(name)));
  return kinds.every((kind) => kind === 'nothing');
}

function movedMessage(field: string, keys: readonly string[]): string {
  return `${field} stood beside the entries, where nobody reads it; moved into ${keys.join(', ')}`;
}

function stays(key: string, reason: string): MigrationRemark {
  return {
    key,
    field: key,
    code: 'MisplacedField',
    untouched: true,
    message: `${key} stands beside the entries, where no reader looks for it, and was not moved: ${reason}`,
    hint: `put it into the entry that needs it (serval storage-config set KEY), then delete the key ${key} of the Secret`,
  };
}
