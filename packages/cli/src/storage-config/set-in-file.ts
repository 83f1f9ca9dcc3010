import { dump } from 'js-yaml';
import { CliError } from '../command/cli-error.ts';
import { writeWhole } from './backup.ts';
import type { FoundConfigMap } from './config-map-lookup.ts';
import { editEntry } from './edit-entry.ts';
import { writeFileInPlace } from './file-mode.ts';
import { editConfigMap, editSecretFile, type SecretFile } from './secret-file.ts';
import { type EntryToSet, type SetEntry, withBundle } from './set-live.ts';
import { bundleConfigMap } from './write-live.ts';

/** The same in a manifest, which is made where there is none: for its owner alone, as it holds credentials. */
export async function setInFile(
  path: string,
  { file, readConfigMap }: { file: SecretFile | undefined; readConfigMap: (name: string) => Promise<FoundConfigMap> },
  entry: EntryToSet,
  namespace: string,
): Promise<SetEntry> {
  const { key, secretName, now, dryRun } = entry;
  const secret = file?.secrets.find((each) => each.name === secretName && each.namespace === namespace);
  if (file && !secret && file.secrets.length > 0) {
    throw new CliError(
      'BadUsage',
      `${path} holds no Secret ${secretName}${namespace ? ` of namespace ${namespace}` : ''}`,
      {
        hint: `it holds ${file.secrets.map((each) => `${each.namespace || '(no namespace)'}/${each.name}`).join(', ')}; name one with -n and --secret`,
      },
    );
  }
  const before = secret?.data[key];
  const edit = await withBundle(entry, async (name) => (await readConfigMap(name))?.bundle);
  const { text, configMap, warnings } = editEntry(key, before, edit, { secretName, now });
  const found = configMap && (await readConfigMap(configMap.name));
  const isWritten = configMap !== undefined && found?.bundle !== configMap.bundle;
  const done = {
    namespace,
    name: secretName,
    before,
    after: text,
    ...(isWritten ? { configMap: configMap.name } : {}),
    warnings,
  };
  if (dryRun || (before === text && !isWritten)) return done;

  const added =
    isWritten && !found ? [bundleConfigMap({ namespace, name: secretName }, configMap.name, configMap.bundle)] : [];
  if (!file) {
    const metadata = { name: secretName, ...(namespace === '' ? {} : { namespace }) };
    const objects = [
      { apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque', stringData: { [key]: text } },
      ...added,
    ];
    const documents = objects.map((object) => dump(object, { noRefs: true, lineWidth: -1 }));
    await writeWhole(path, documents.join('---\n'), 0o600);
    return done;
  }
  if (!secret) throw new CliError('BadUsage', `${path} holds no Secret ${secretName}`, { hint: 'name a new file' });
  const updated = isWritten && found ? editConfigMap(file, `${namespace}/${configMap.name}`, configMap.bundle) : [];
  await writeFileInPlace(path, editSecretFile(file, [{ secret, texts: { [key]: text } }], added, updated));
  return done;
}
