import { CliError } from '../../command/cli-error.ts';
import { type Command, jsonOption, textOption } from '../../command/command.ts';
import { importKubero } from '../../kubero/import-kubero.ts';
import type { ImportNote } from '../../kubero/note.ts';
import { type KuberoObject, maxDocuments, readKubero } from '../../kubero/read-kubero.ts';
import { filesOf, noteLines, writeFiles } from '../../kubero/write-import.ts';
import { manifestSources } from '../../manifests/sources.ts';

/** Folders of one repository. */
const maxFiles = 10_000;

export const importPipelinesCommand: Command = {
  name: 'import <paths...>',
  summary: 'read pipelines and apps of Kubero, and write what Serval has in their place',
  details: [
    'Reads KuberoPipeline and KuberoApp (application.kubero.dev/v1alpha1), Lists of them, values of their charts, and folders of such files.',
    'Phases become stages. Passwords that stood in plain text become Secrets, in a file for its owner alone, and are reported for rotation;',
    'no value is printed. What has no equivalent is listed. Asks no cluster, and writes nothing without -o.',
    'Exit code 1: something could not be read or taken over; the rest was.',
    '',
    'Examples:',
    '  kubectl get kuberopipelines,kuberoapps -A -o yaml | serval pipeline import - -o fraud',
    '  serval pipeline import kubero-backup/ -o team-a -n team-a',
  ].join('\n'),
  options: [
    { flags: '-n, --namespace <name>', help: 'namespace of the pipelines (default: one for each, of its name)' },
    { flags: '-o, --output <folder>', help: 'where to write the manifests' },
    jsonOption,
  ],
  async run({ args, options, out, stdin, signal }) {
    const notes: ImportNote[] = [];
    const found = importKubero(await readAll(args, { stdin, signal }, notes), textOption(options, 'namespace'), notes);
    const files = filesOf(found);
    const folder = textOption(options, 'output');
    if (folder !== undefined && files.length > 0) await writeFiles(folder, files);
    const counts = {
      pipelines: found.pipelines.length,
      services: found.services.length,
      secrets: found.secrets.length,
      namespaces: found.namespaces.length,
    };
    if (options['json'] === true) {
      out.json({ ...counts, files: folder === undefined ? [] : files.map(({ name }) => name), notes: found.notes });
    } else {
      for (const line of noteLines(found.notes)) out.print(line);
      const summary = Object.entries(counts).map(([what, count]) => `${count} ${what}`);
      const where = folder === undefined ? '; -o FOLDER writes them' : ` in ${folder}`;
      out.note(`${summary.join(', ')}${files.length > 0 ? where : ''}`);
      if (folder !== undefined && files.length > 0) out.note(`next: look through them, then serval apply -f ${folder}`);
    }
    return found.notes.some(({ kind }) => kind === 'refused') || files.length === 0 ? 1 : 0;
  },
};

async function readAll(
  paths: readonly string[],
  input: { stdin: AsyncIterable<Uint8Array>; signal: AbortSignal },
  notes: ImportNote[],
): Promise<KuberoObject[]> {
  const sources = await manifestSources(paths, { ...input, recursive: true });
  if (sources.length > maxFiles) throw new CliError('BadUsage', `more than ${maxFiles} files; name fewer folders`);
  const objects: KuberoObject[] = [];
  for (const { where, read } of sources) {
    input.signal.throwIfAborted();
    objects.push(...readKubero(Buffer.from(await read()).toString('utf8'), where, notes));
    if (objects.length > maxDocuments) throw new CliError('BadUsage', `more than ${maxDocuments} pipelines and apps`);
  }
  return objects;
}
