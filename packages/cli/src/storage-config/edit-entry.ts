import {
  caConfigMapName,
  openJsonMembers,
  type Problem,
  parseStorageConfig,
  readCertificates,
} from '@serval/storage/config';
import { CliError } from '../command/cli-error.ts';

export interface EntryEdit {
  /** In the order in which they are to stand in a new entry. */
  fields: readonly (readonly [string, string])[];
  removed: readonly string[];
  /** Certificates to trust. */
  ca?: { pem: string; where: string; configMap?: string };
}

export interface EditedEntry {
  text: string;
  /** To be made, or to be given these certificates. */
  configMap?: { name: string; bundle: string };
  /** Not errors: those are thrown. */
  warnings: Problem[];
}

/**
 * An entry with the edits in it, both halves of its certificates at once. Fields that are not named stay where and as they are.
 * @throws CliError BadUsage where it would not be an entry that can be read; no value is told
 */
export function editEntry(
  key: string,
  before: string | undefined,
  edit: EntryEdit,
  { secretName, now }: { secretName: string; now: Date },
): EditedEntry {
  const members = openJsonMembers(before ?? '{\n}');
  if (!members) {
    throw new CliError('BadUsage', `key ${key} of Secret ${secretName} holds no JSON object`, {
      hint: 'mend it by hand, or delete the key first',
    });
  }
  for (const [name, value] of edit.fields) members.set(name, value);
  for (const name of edit.removed) members.remove(name);
  const made: Pick<EditedEntry, 'configMap'> = {};
  if (edit.ca) {
    const { pem, where, configMap } = edit.ca;
    const { problems } = readCertificates(pem, where, now);
    const broken = problems.find(({ severity }) => severity === 'error');
    if (broken) throw new CliError('BadUsage', broken.message);
    members.set('certificate', pem);
    members.remove('ca_bundle');
    members.remove('ca_bundle_configmap');
    const isS3 = (members.get('type') ?? key.replace(/^default_/, '')) === 's3';
    if (configMap !== undefined) members.set('cabundle_configmap', configMap, 'certificate');
    else if (isS3) {
      // Never one that others may have made: whoever wrote it would write it again.
      const name = caConfigMapName(secretName, key);
      members.set('cabundle_configmap', name, 'certificate');
      made.configMap = { name, bundle: pem };
    } else members.remove('cabundle_configmap');
  }
  const text = before === undefined ? `${JSON.stringify(JSON.parse(members.text()), null, 2)}\n` : members.text();
  const problems = problemsOf(key, text, made.configMap, edit.ca, now);
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) {
    throw new CliError('BadUsage', `key ${key} would not be read: ${errors.map(({ message }) => message).join('; ')}`);
  }
  return { text, ...made, warnings: problems };
}

function problemsOf(
  key: string,
  text: string,
  made: EditedEntry['configMap'],
  ca: EntryEdit['ca'],
  now: Date,
): Problem[] {
  const known = new Map<string, string>();
  if (made) known.set(made.name, made.bundle);
  if (ca?.configMap !== undefined) known.set(ca.configMap, ca.pem);
  const options = { now, ...(ca ? { configMaps: (name: string) => known.get(name) } : {}) };
  const { entries, problems } = parseStorageConfig({ [key]: text }, options);
  return [...problems, ...entries.flatMap((entry) => entry.problems)];
}
