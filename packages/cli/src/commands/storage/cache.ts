import type { CachedBlob } from '@serval/storage';
import { type Command, type CommandContext, type CommandGroup, jsonOption, textOption } from '../../command/command.ts';
import { withStorageExitCode } from '../../storage/exit-code.ts';
import { cacheFolder, cacheOption, parseBytes } from './options.ts';

const cacheListCommand: Command = {
  name: 'ls',
  summary: 'what the shared cache holds, the latest used first',
  options: [cacheOption, jsonOption],
  run: (context) =>
    withStorageExitCode(context, async () => {
      const { openSharedCache } = await import('@serval/storage');
      const blobs = await openSharedCache(cacheFolder(context)).list();
      return show(context, blobs, 'held');
    }),
};

const cachePruneCommand: Command = {
  name: 'prune',
  summary: 'remove what was used least lately until the cache is small enough',
  details: 'Models in directories keep their files. Example: serval storage cache prune --keep 50GiB',
  options: [cacheOption, { flags: '--keep <size>', help: 'what may stay, such as 50GiB', required: true }, jsonOption],
  run: (context) =>
    withStorageExitCode(context, async () => {
      const { openSharedCache } = await import('@serval/storage');
      const maxBytes = parseBytes(textOption(context.options, 'keep') ?? '');
      const { removed } = await openSharedCache(cacheFolder(context)).prune(maxBytes);
      return show(context, removed, 'removed');
    }),
};

const cacheVerifyCommand: Command = {
  name: 'verify',
  summary: 'read the shared cache again and remove what is damaged',
  details: 'Exit code 0: nothing was damaged; 6: something was, and is gone.',
  options: [cacheOption, jsonOption],
  run: (context) =>
    withStorageExitCode(context, async () => {
      const { EXIT_CODES, openSharedCache } = await import('@serval/storage');
      const { checked, damaged } = await openSharedCache(cacheFolder(context)).verify(context.signal);
      context.out.note(`${checked} files checked`);
      await show(context, damaged, 'damaged and removed');
      return damaged.length === 0 ? 0 : EXIT_CODES.ChecksumMismatch;
    }),
};

const cacheClearCommand: Command = {
  name: 'clear',
  summary: 'remove everything from the shared cache',
  details: 'Models in directories keep their files.',
  options: [cacheOption, jsonOption],
  run: (context) =>
    withStorageExitCode(context, async () => {
      const { openSharedCache } = await import('@serval/storage');
      return show(context, await openSharedCache(cacheFolder(context)).clear(), 'removed');
    }),
};

export const cacheCommands: CommandGroup = {
  name: 'cache',
  summary: 'look after the cache that downloads on this machine share',
  commands: [cacheListCommand, cachePruneCommand, cacheVerifyCommand, cacheClearCommand],
};

async function show({ options, out }: CommandContext, blobs: readonly CachedBlob[], what: string): Promise<number> {
  const { formatBytes } = await import('@serval/storage');
  const bytes = blobs.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  if (options['json'] === true) {
    out.json({ files: blobs, bytes });
    return 0;
  }
  if (blobs.length > 0) {
    const rows = blobs.map(({ sha256, sizeBytes, lastUsedMs, source }) => ({
      sha256: sha256.slice(0, 16),
      size: formatBytes(sizeBytes),
      used: new Date(lastUsedMs).toISOString().replace(/\.\d+Z$/, 'Z'),
      source,
    }));
    out.table(rows, { sha256: 'SHA256', size: 'SIZE', used: 'LAST USED', source: 'SOURCE' });
  }
  out.note(`${blobs.length} files, ${formatBytes(bytes)} ${what}`);
  return 0;
}
