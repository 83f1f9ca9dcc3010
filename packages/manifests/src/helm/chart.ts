import type { FileSet } from '../file-set.ts';
import { generatedNote, generatedYaml } from '../yaml/generated-file.ts';
import { type Note, writeNotes } from './notes.ts';
import type { Parameterised } from './parameter.ts';
import { valuesSchema, valuesTable, valuesYaml } from './values-files.ts';
import { writeTemplate } from './write-template.ts';

/** What a chart is made of. */
export interface Chart extends Parameterised {
  readonly name: ChartName;
  readonly description: string;
  readonly version: string;
  readonly notes: readonly Note[];
  /** Markdown around the table of values. */
  readonly readme: { readonly before: string; readonly after: string };
}

export const chartNames = ['serval-crds', 'serval'] as const;
export type ChartName = (typeof chartNames)[number];

export function chartFolder(name: ChartName): string {
  return `helm/${name}`;
}

/** Rules of definitions are written in CEL, which API servers read by default since 1.25; `rotationPolicy` and all else is older. */
const kubeVersion = '>=1.27.0-0';

/**
 * Helm stores a chart's files and what they were rendered to in one Secret. Long lines take a seventh off its size; those below `deploy/crds` are
 * for people to read.
 */
const crdBracketWidth = 1_000;

/** The files of a chart, by path below `deploy/`. */
export function chartFiles(chart: Chart): FileSet {
  const { name, description, version, objects, parameters, notes, readme } = chart;
  const files: [string, string][] = [
    [
      'Chart.yaml',
      generatedYaml({
        apiVersion: 'v2',
        name,
        description,
        type: 'application',
        version,
        appVersion: version,
        kubeVersion,
        keywords: ['machine-learning', 'model-serving', 'kserve'],
        annotations: { 'artifacthub.io/license': 'Apache-2.0' },
      }),
    ],
    ['.helmignore', `# ${generatedNote}\n.git/\n*.orig\n*.swp\n*.tgz\n`],
    ['README.md', `${readme.before.trim()}\n\n## Values\n${valuesTable(parameters)}\n\n${readme.after.trim()}\n`],
    ['values.yaml', valuesYaml(parameters)],
    ['values.schema.json', `${JSON.stringify(valuesSchema(parameters, `Values of the chart ${name}`), null, 2)}\n`],
    ['templates/NOTES.txt', writeNotes(notes)],
    ...objects.map(({ file, kind, node }): [string, string] => [
      `templates/${file}`,
      writeTemplate(node, kind === 'CustomResourceDefinition' ? crdBracketWidth : undefined),
    ]),
  ];
  return new Map(files.map(([path, text]) => [`${chartFolder(name)}/${path}`, text]));
}
