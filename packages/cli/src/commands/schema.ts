import { CliError } from '../command/cli-error.ts';
import { type Command, type CommandContext, jsonOption, textOption } from '../command/command.ts';
import { findSchema, fullName } from '../schema/find-schema.ts';

export const schemaCommand: Command = {
  name: 'schema [kind]',
  summary: 'print the JSON Schema of a kind, for editors and for checks without a cluster',
  details: [
    'Without a kind, lists what there is. Kinds are named as in isvc, InferenceService or llmisvc.v1alpha1; `serval` is the schema of all',
    'kinds together, `storage-config` that of an entry of the Secret. Needs no server.',
  ].join(' '),
  options: [{ flags: '--output <folder>', help: 'write the files of all schemas there' }, jsonOption],
  async run(context) {
    const [name] = context.args;
    const output = textOption(context.options, 'output');
    if (output === undefined) return name === undefined ? list(context) : print(context, name);
    if (name === undefined) return write(context, output);
    throw new CliError('BadUsage', '--output writes all schemas', { hint: `for one: serval schema ${name} > FILE` });
  },
};

async function list({ options, out }: CommandContext): Promise<number> {
  const { schemaCatalogue } = await import('@serval/manifests');
  const entries = schemaCatalogue().map((entry) => ({
    name: fullName(entry),
    shortNames: entry.kind?.shortNames?.join(',') ?? '',
    file: withoutFolder(entry.path),
    about: entry.about,
  }));
  if (options['json'] === true) out.json({ schemas: entries });
  else out.table(entries, { name: 'NAME', shortNames: 'SHORT', file: 'FILE', about: 'DESCRIBES' });
  return 0;
}

async function print({ out }: CommandContext, name: string): Promise<number> {
  const { generateSchemas, schemaCatalogue } = await import('@serval/manifests');
  const { path } = findSchema(schemaCatalogue(), name);
  out.print((generateSchemas().get(path) ?? '').trimEnd());
  return 0;
}

async function write({ options, out, signal }: CommandContext, folder: string): Promise<number> {
  const { generateSchemas, writeFolder } = await import('@serval/manifests');
  const files = new Map([...generateSchemas()].map(([path, text]) => [withoutFolder(path), text]));
  const differences = await writeFolder(folder, files, signal);
  if (options['json'] === true) out.json({ folder, files: [...files.keys()], differences });
  else out.print(`${folder}: ${files.size} schemas, ${differences.length === 0 ? 'nothing differs' : 'written'}`);
  return 0;
}

function withoutFolder(path: string): string {
  return path.replace(/^schemas\//, '');
}
