import { resolve } from 'node:path';
import { CliError } from '../command/cli-error.ts';
import type { Output } from '../command/output.ts';
import { readConfigMapOf } from '../commands/storage-config/options.ts';
import { addToBackup } from './backup.ts';
import { writeFileInPlace } from './file-mode.ts';
import { changedKeys, hasChanges, type PlannedSecret, planSecret } from './plan-secret.ts';
import { printPlan } from './print-plan.ts';
import { editSecretFile, type SecretFile } from './secret-file.ts';
import { bundleConfigMap } from './write-live.ts';

export interface FileMigration {
  to: 'dual' | 'names';
  mountPath: string | undefined;
  now: Date;
  write: boolean;
  backup: string | undefined;
  out: Output;
}

/** Answers the exit code: 1 where an entry needs a person. Every result is known before the first file is written. */
export async function migrateFiles(files: readonly SecretFile[], options: FileMigration): Promise<number> {
  const { out, write, backup } = options;
  const plans: PlannedSecret[] = [];
  const results: { file: SecretFile; text: string }[] = [];
  for (const file of files) {
    const planned = [];
    for (const secret of file.secrets) {
      const read = readConfigMapOf(files, secret.namespace);
      planned.push({ secret, plan: await planSecret(secret, read, { ...options, createsNamed: false }) });
    }
    plans.push(...planned.map(({ plan }) => plan));
    const edits = planned
      .filter(({ plan }) => hasChanges(plan))
      .map(({ secret, plan }) => {
        const texts = Object.entries(changedKeys(plan)).map(([key, { after }]) => [key, after] as const);
        return { secret, texts: Object.fromEntries(texts) };
      });
    const added = planned.flatMap(({ plan }) =>
      Object.entries(plan.migration.configMaps).map(([name, bundle]) => bundleConfigMap(plan.secret, name, bundle)),
    );
    results.push({ file, text: edits.length === 0 ? file.text : editSecretFile(file, edits, added) });
  }
  const left = plans.flatMap(({ migration }) => migration.untouched).length;
  const changed = results.filter(({ file, text }) => text !== file.text);
  const isStream = write && files.some(({ where }) => where === 'standard input');
  if (isStream) {
    if (files.length > 1) throw new CliError('BadUsage', 'standard input is written to standard output, and alone');
    out.print((results[0]?.text ?? '').replace(/\n$/, ''));
    return left === 0 ? 0 : 1;
  }
  printPlan(out, plans);
  const state = left === 0 ? '' : `; ${left === 1 ? '1 entry needs you' : `${left} entries need you`}`;
  if (changed.length === 0) out.note(plans.length === 0 ? 'no Secret with storage entries' : `nothing to do${state}`);
  else if (!write) out.note(`${changed.length} of ${files.length} files would change${state}; --write does it`);
  else {
    if (backup !== undefined) {
      const records = changed.map(({ file, text }) => ({ file: resolve(file.where), before: file.text, after: text }));
      await addToBackup(backup, { files: records });
      out.note(`what was there is in ${backup}; take it back with --undo ${backup}`);
    }
    for (const { file, text } of changed) {
      await writeFileInPlace(file.where, text);
      out.print(`${file.where}: migrated`);
    }
  }
  return left === 0 ? 0 : 1;
}
