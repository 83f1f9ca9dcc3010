import { stat } from 'node:fs/promises';
import { CliError } from '../command/cli-error.ts';
import { writeWhole } from './backup.ts';

/** Replaces a file by another of the same mode. @throws CliError BadUsage for a URL, which cannot be written */
export async function writeFileInPlace(path: string, text: string): Promise<void> {
  if (/^https?:\/\//.test(path))
    throw new CliError('BadUsage', `${path} cannot be written`, { hint: 'download it first' });
  const { mode } = await stat(path);
  await writeWhole(path, text, mode & 0o777);
}
