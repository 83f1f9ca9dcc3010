import type { CommandContext } from '../command/command.ts';

/** Runs a command of the storage package; a failure of it is told once and answers its own exit code (docs/storage.md). */
export async function withStorageExitCode(
  { out }: Pick<CommandContext, 'out'>,
  work: () => Promise<number>,
): Promise<number> {
  const { EXIT_CODES, StorageError } = await import('@serval/storage');
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    out.note(`serval: ${error.summary}`);
    if (error.hint) out.note(`  hint: ${error.hint}`);
    return EXIT_CODES[error.code];
  }
}
