import type { FileSet } from '@serval/manifests';
import type { Command, CommandContext } from '../../command/command.ts';
import { textOption } from '../../command/command.ts';

export const generateCommand: Command = {
  name: 'generate',
  summary: 'write definitions, Kustomize folders, Helm charts and JSON Schemas',
  details: [
    'Needs no server. The same release writes the same files each time. Files that were generated before and no longer are',
    'removed; files of your own stay.',
  ].join(' '),
  options: [
    { flags: '--output <folder>', help: 'where to', default: 'deploy' },
    { flags: '--reference <folder>', help: 'where to write the reference pages of all kinds; none without' },
    { flags: '--check', help: 'write nothing; exit with 1 when a file is not as it would be generated' },
  ],
  async run(context) {
    const { generateDeploy, generateReference } = await import('@serval/manifests');
    const output = textOption(context.options, 'output') ?? 'deploy';
    const reference = textOption(context.options, 'reference');
    const isDeploySame = await bring(context, output, generateDeploy());
    const isReferenceSame = reference === undefined || (await bring(context, reference, generateReference()));
    return context.options['check'] === true && !(isDeploySame && isReferenceSame) ? 1 : 0;
  },
};

/** Writes or compares one folder, and tells what was found. False when something differed. */
async function bring({ options, out, signal }: CommandContext, folder: string, files: FileSet): Promise<boolean> {
  const { compareFolder, writeFolder } = await import('@serval/manifests');
  const isCheck = options['check'] === true;
  const differences = await (isCheck ? compareFolder : writeFolder)(folder, files, signal);
  const words = isCheck
    ? { missing: 'missing', changed: 'stale', obsolete: 'obsolete' }
    : { missing: 'added', changed: 'changed', obsolete: 'removed' };
  for (const { path, state } of differences) out.print(`${words[state]} ${folder}/${path}`);
  const kilobytes = Math.round([...files.values()].reduce((sum, text) => sum + Buffer.byteLength(text), 0) / 1000);
  const what = differences.length === 0 ? 'nothing differs' : `${differences.length} differ`;
  out.print(
    `${folder}: ${files.size} files, ${kilobytes} kB, ${isCheck || differences.length === 0 ? what : 'written'}`,
  );
  if (isCheck && differences.length > 0)
    out.note('serval: run `serval manifests generate` (npm run generate:manifests)');
  return differences.length === 0;
}
