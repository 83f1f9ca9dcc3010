import { CliError } from '../../command/cli-error.ts';
import type { CommandContext, OptionSpec } from '../../command/command.ts';
import { textOption } from '../../command/command.ts';

export const cacheOption: OptionSpec = {
  flags: '--cache <folder>',
  help: 'shared cache of this machine (SERVAL_STORAGE_CACHE)',
};

/** @throws CliError BadUsage */
export function cacheFolder({ options, env }: Pick<CommandContext, 'options' | 'env'>): string {
  const folder = textOption(options, 'cache') ?? env['SERVAL_STORAGE_CACHE'];
  if (folder) return folder;
  throw new CliError('BadUsage', 'no cache is named', { hint: 'give --cache FOLDER or set SERVAL_STORAGE_CACHE' });
}

/** `10GiB`, `500M`, `1000000`. @throws CliError BadUsage */
export function parseBytes(text: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)\s*(?:([KMGT])i?B?|B)?$/i.exec(text.trim()) ?? [];
  if (number === undefined)
    throw new CliError('BadUsage', `"${text}" is not a size`, { hint: 'write 10GiB or 500MiB' });
  return Math.floor(Number(number) * 1024 ** ' KMGT'.indexOf(unit.toUpperCase() || ' '));
}
