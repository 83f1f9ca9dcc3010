import { readFile } from 'node:fs/promises';
import { CliError } from '../command/cli-error.ts';
import { type CommandContext, listOption, textOption } from '../command/command.ts';
import type { EntryEdit } from './edit-entry.ts';
import { assignment, openAssignment, refuseUser } from './secret-fields.ts';

/** What a whole Secret may weigh. */
const maxBytes = 1024 * 1024;

/** What the options of `set` say. @throws CliError BadUsage, without any value */
export async function readEntryEdit({ options, stdin }: Pick<CommandContext, 'options' | 'stdin'>): Promise<EntryEdit> {
  const named = (['type', 'endpointUrl', 'region', 'bucket'] as const).flatMap((name) => {
    const value = textOption(options, name);
    return value === undefined ? [] : [[name === 'endpointUrl' ? 'endpoint_url' : name, value] as const];
  });
  for (const [name, value] of named) refuseUser(name, value);
  const open = listOption(options, 'field').map((text) => openAssignment('--field', text));
  const fromFiles: [string, string][] = [];
  for (const text of listOption(options, 'fromFile')) {
    const [name, file] = assignment('--from-file', text);
    fromFiles.push([name, withoutLineEnd(await readText(file))]);
  }
  const stdinField = textOption(options, 'secretStdin');
  const fromStdin =
    stdinField === undefined ? [] : [[stdinField, withoutLineEnd(await readStream(stdin, stdinField))] as const];
  const caFile = textOption(options, 'caFile');
  if (caFile !== undefined && textOption(options, 'caConfigmap') !== undefined) {
    throw new CliError('BadUsage', 'certificates come from a file or from a ConfigMap', {
      hint: 'give one of the two',
    });
  }
  return {
    fields: [...named, ...open, ...fromFiles, ...fromStdin],
    removed: listOption(options, 'remove'),
    ...(caFile === undefined ? {} : { ca: { pem: await readText(caFile), where: caFile } }),
  };
}

async function readText(file: string): Promise<string> {
  const bytes = await readFile(file).catch((cause: NodeJS.ErrnoException) => {
    throw new CliError('BadUsage', `${file}: ${cause.code === 'ENOENT' ? 'no such file' : 'cannot be read'}`);
  });
  if (bytes.byteLength > maxBytes) throw new CliError('BadUsage', `${file}: a Secret holds at most ${maxBytes} bytes`);
  return decode(bytes, file);
}

async function readStream(stdin: AsyncIterable<Uint8Array>, field: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stdin) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new CliError('BadUsage', `a Secret holds at most ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  if (size === 0) throw new CliError('BadUsage', `standard input holds nothing for ${field}`);
  return decode(Buffer.concat(chunks), 'standard input');
}

function decode(bytes: Uint8Array, where: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new CliError('BadUsage', `${where}: not UTF-8`);
  }
}

/** An editor's last line end is no part of a password; PEM keeps its own. */
function withoutLineEnd(text: string): string {
  return text.includes('-----BEGIN ') ? text : text.replace(/\r?\n$/, '');
}
