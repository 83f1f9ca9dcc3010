import { fullPodSchemas, type KindVersion, servalKinds } from '@serval/api';
import type { FileSet } from '../file-set.ts';
import { kebabCase } from '../kebab-case.ts';
import { generatedNote } from '../yaml/generated-file.ts';
import { configurationPage } from './configuration-page.ts';
import { kindPage } from './kind-page.ts';

/** One Markdown page per kind of Serval's API, one of the configuration, and an index of them: path below the folder of the reference, and text. */
export function generateReference(): FileSet {
  const pods = fullPodSchemas();
  const kinds = [...Map.groupBy(servalKinds, ({ resource }) => `${resource.group}/${resource.kind}`).values()];
  const pages = kinds.map((versions): [string, string] => [pageName(versions), page(kindPage(versions, pods))]);
  const others: [string, string][] = [
    ['README.md', page(index(kinds))],
    ['configuration.md', page(configurationPage())],
  ];
  return new Map([...pages, ...others].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function page(text: string): string {
  return `<!-- ${generatedNote} -->\n\n${text}\n`;
}

function pageName([first]: readonly KindVersion[]): string {
  return `${kebabCase(first?.resource.kind ?? '')}.md`;
}

function index(kinds: readonly KindVersion[][]): string {
  const rows = kinds.map((versions) => {
    const names = versions.map(
      ({ resource, storage }) => `\`${resource.version}\`${storage && versions.length > 1 ? ' (stored)' : ''}`,
    );
    const about = versions.find(({ description }) => description)?.description?.replaceAll('\n', ' ') ?? '';
    return `| [${versions[0]?.resource.kind}](${pageName(versions)}) | ${names.join(', ')} | ${about} |`;
  });
  return [
    '# Reference of all kinds',
    'Fields marked with * are required where the object around them is given. The same words are in `kubectl explain`.',
    'The keys of ConfigMap `inferenceservice-config` are in [configuration.md](configuration.md).',
    ['| kind | versions | what for |', '|---|---|---|', ...rows].join('\n'),
  ].join('\n\n');
}
