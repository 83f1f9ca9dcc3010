import type { AnyObject } from '@serval/kube/objects';
import type { FileSet } from '../file-set.ts';
import { inApplyOrder } from '../kustomize/apply-order.ts';
import { ManifestsError } from '../manifests-error.ts';
import { parseObjects, parseYaml } from '../yaml/parse-yaml.ts';
import { type ChartName, chartFolder } from './chart.ts';
import { type Context, evaluate, isTrue } from './evaluate.ts';
import { type JsonSchema, schemaErrors } from './json-schema.ts';
import { mergeValues } from './merge-values.ts';
import { type Block, parseTemplate } from './parse-template.ts';

export interface ChartRelease {
  readonly namespace: string;
  /** Over those of `values.yaml`. */
  readonly values?: Readonly<Record<string, unknown>>;
  /** `group/version/Kind` of kinds that the cluster serves; only the notes ask. Default none, as with `helm template`. */
  readonly apiVersions?: readonly string[];
}

/**
 * What `helm template` would print for a chart of `deploy/`, as parsed objects in an order in which they can be applied. No object depends on
 * the release's name.
 *
 * @param files by path below `deploy/`
 * @throws ManifestsError BadValues for values that `values.schema.json` refuses, UnsupportedTemplate for constructs that the writer does not
 *   make, BadYaml where what comes out is no object.
 */
export function renderChart(files: FileSet, chart: ChartName, release: ChartRelease): AnyObject[] {
  const context = contextOf(files, chart, release);
  return inApplyOrder(
    templatesOf(files, chart).flatMap(([path, text]) => parseObjects(renderText(text, path, context), path)),
  );
}

/** The text of each template, as Helm keeps it in the Secret of a release. Throws as `renderChart`. */
export function renderTemplates(files: FileSet, chart: ChartName, release: ChartRelease): FileSet {
  const context = contextOf(files, chart, release);
  return new Map(templatesOf(files, chart).map(([path, text]) => [path, renderText(text, path, context)]));
}

/** What is printed after an installation. Throws as `renderChart`. */
export function renderNotes(files: FileSet, chart: ChartName, release: ChartRelease): string {
  const path = `${chartFolder(chart)}/templates/NOTES.txt`;
  return renderText(textOf(files, path), path, contextOf(files, chart, release));
}

function contextOf(files: FileSet, chart: ChartName, release: ChartRelease): Context {
  const folder = chartFolder(chart);
  const path = `${folder}/values.yaml`;
  const [defaults] = parseYaml(textOf(files, path), path);
  const values = mergeValues((defaults ?? {}) as Record<string, unknown>, release.values ?? {});
  const schema = JSON.parse(textOf(files, `${folder}/values.schema.json`)) as JsonSchema;
  const errors = schemaErrors(values, schema);
  if (errors.length > 0) throw new ManifestsError('BadValues', `values of the chart ${chart}: ${errors.join('; ')}`);
  return { values, namespace: release.namespace, apiVersions: new Set(release.apiVersions) };
}

function templatesOf(files: FileSet, chart: ChartName): [string, string][] {
  const folder = `${chartFolder(chart)}/templates/`;
  return [...files].filter(([path]) => path.startsWith(folder) && path.endsWith('.yaml'));
}

function textOf(files: FileSet, path: string): string {
  const text = files.get(path);
  if (text === undefined) throw new ManifestsError('BadFolder', `${path} is not there`);
  return text;
}

/** Text without actions is its own render: definitions are large. */
function renderText(text: string, path: string, context: Context): string {
  if (!text.includes('{{')) return text;
  return blocksText(parseTemplate(text, path), path, context);
}

function blocksText(blocks: readonly Block[], path: string, context: Context): string {
  return blocks.map((block) => blockText(block, path, context)).join('');
}

function blockText(block: Block, path: string, context: Context): string {
  try {
    switch (block.type) {
      case 'line':
        return `${block.parts.map((part) => (typeof part === 'string' ? part : String(evaluate(part, context)))).join('')}\n`;
      case 'if': {
        const chosen = block.branches.find(({ condition }) => !condition || isTrue(evaluate(condition, context)));
        return chosen ? blocksText(chosen.blocks, path, context) : '';
      }
      case 'range':
        return entriesOf(evaluate(block.of, context), block.withKeys)
          .map((entry) => blocksText(block.blocks, path, { ...context, ...entry }))
          .join('');
    }
  } catch (cause) {
    if (cause instanceof TypeError) {
      throw new ManifestsError('BadValues', `${path}:${block.line}: ${cause.message}`, { cause });
    }
    throw cause;
  }
}

function entriesOf(of: unknown, withKeys: boolean): Partial<Context>[] {
  if (!isTrue(of)) return [];
  if (!withKeys && Array.isArray(of)) return of.map((value: unknown) => ({ value }));
  if (withKeys && typeof of === 'object' && of !== null && !Array.isArray(of)) {
    return Object.entries(of).map(([key, value]: [string, unknown]) => ({ key, value }));
  }
  throw new TypeError(withKeys ? 'expected a map' : 'expected a list');
}
