import { readFile, realpath } from 'node:fs/promises';
import { CliError, describeError } from '../command/cli-error.ts';
import type { CommandContext } from '../command/command.ts';
import { readBackup } from './backup.ts';
import { writeFileInPlace } from './file-mode.ts';
import { label } from './print-plan.ts';
import { undoSecret } from './undo-live.ts';

/** From the last record to the first. Answers the exit code: 1 where something changed since and stays. */
export async function undo(
  path: string,
  { out, signal, connect, force }: Pick<CommandContext, 'out' | 'signal' | 'connect'> & { force: boolean },
): Promise<number> {
  const backup = await readBackup(path);
  if (!backup) throw new CliError('BadUsage', `${path}: no such file`);
  let refused = 0;
  for (const { file, before, after } of backup.files.toReversed()) {
    const text = await readFile(file, 'utf8').catch(() => undefined);
    const isChanged = text !== after && text !== before && !force;
    if (isChanged) refused++;
    if (text !== before && !isChanged) await writeFileInPlace(await realpath(file), before);
    out.print(`${file}: ${isChanged ? 'changed since' : text === before ? 'was not migrated' : 'undone'}`);
  }
  const { client } = backup.secrets.length > 0 ? await connect() : { client: undefined };
  for (const record of client ? backup.secrets.toReversed() : []) {
    signal.throwIfAborted();
    try {
      const undone = await undoSecret(client as NonNullable<typeof client>, record, { force, signal });
      if (undone === 'changed since') refused++;
      out.print(`Secret ${label(record)}: ${undone}`);
    } catch (error) {
      signal.throwIfAborted();
      refused++;
      out.note(`serval: Secret ${label(record)}: ${describeError(error)}`);
    }
  }
  if (refused > 0) out.note(`${refused} stay as they are; --force takes back what was changed since, too`);
  return refused === 0 ? 0 : 1;
}
