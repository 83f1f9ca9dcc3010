import type { CrdChange } from '@serval/manifests';
import { CliError } from '../../command/cli-error.ts';
import { type Command, type CommandContext, jsonOption } from '../../command/command.ts';
import { readDefinitionSource } from './definition-source.ts';

interface BundleChanges {
  readonly bundle: string;
  readonly changes: readonly CrdChange[];
}

export const diffManifestsCommand: Command = {
  name: 'diff <old> <new>',
  summary: 'tell what a change of definitions means to users',
  details: [
    'Each side is a file with definitions, a folder of them, or a git ref, which means deploy/crds at that ref.',
    'Exits with 1 when something breaks users. Needs no server. Example: serval manifests diff v0.1.0 deploy',
  ].join(' '),
  options: [jsonOption],
  async run(context) {
    const { diffCrds, pairBundles } = await import('@serval/manifests');
    const [before, after] = [await side(context, 0), await side(context, 1)];
    const bundles = pairBundles(before, after).map((pair) => ({
      bundle: pair.bundle,
      changes: diffCrds(pair.before, pair.after),
    }));
    const all = bundles.flatMap(({ changes }) => changes);
    const breaking = all.filter(({ breaks }) => breaks).length;
    if (context.options['json'] === true) context.out.json({ breaking, other: all.length - breaking, bundles });
    else await print(context, bundles, `${breaking} changes break users, ${all.length - breaking} do not`);
    return breaking > 0 ? 1 : 0;
  },
};

async function side({ args, signal }: CommandContext, index: number) {
  const source = args[index] ?? '';
  const files = await readDefinitionSource(source, process.cwd(), signal);
  const { definitionsByFolder } = await import('@serval/manifests');
  if (definitionsByFolder(files).size === 0)
    throw new CliError('BadUsage', `${source} holds no CustomResourceDefinition`);
  return files;
}

async function print({ out }: CommandContext, bundles: readonly BundleChanges[], summary: string): Promise<void> {
  const { changeSentence } = await import('@serval/manifests');
  for (const { bundle, changes } of bundles)
    for (const breaks of [true, false]) {
      const told = changes.filter((change) => change.breaks === breaks);
      if (told.length === 0) continue;
      out.print(`${bundle ? `${bundle}: ` : ''}${breaks ? 'breaks users' : 'does not break users'}`);
      for (const definition of new Set(told.map((change) => change.definition))) {
        out.print(`  ${definition}`);
        for (const change of told.filter((one) => one.definition === definition))
          out.print(`    ${changeSentence(change)}`);
      }
    }
  out.print(summary);
}
