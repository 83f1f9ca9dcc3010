import { isDeepStrictEqual } from 'node:util';
import type { KindVersion, PodSchemas } from '@serval/api';
import { apiVersionOf } from '@serval/kube/objects';
import { type FieldRow, fieldRows } from './field-rows.ts';

/** The page of a kind, with all its versions. */
export function kindPage(versions: readonly KindVersion[], pods: PodSchemas): string {
  const [first] = versions;
  if (!first) return '';
  const { resource, shortNames = [], categories = [] } = first;
  const names = [resource.plural, first.singular, ...shortNames].map((name) => `\`${name}\``).join(', ');
  const about = versions.find(({ description }) => description)?.description;
  return [
    `# ${resource.kind}`,
    ...(about ? [about] : []),
    `Group \`${resource.group}\`, ${resource.namespaced ? 'in namespaces' : 'without a namespace'}. kubectl knows it as ${names}${
      categories.length > 0 ? `, and among ${categories.map((name) => `\`${name}\``).join(', ')}` : ''
    }.`,
    'Every object has `apiVersion`, `kind` and `metadata`; fields of Pods are explained by `kubectl explain pod.spec`.',
    ...sections(versions, pods),
  ].join('\n\n');
}

/** The stored version first, and of the others only what differs. */
function sections(versions: readonly KindVersion[], pods: PodSchemas): string[] {
  const [stored] = versions.filter(({ storage }) => storage);
  if (!stored) return [];
  const rows = fieldRows(stored.schema(pods), pods.ownerOf);
  const others = versions.filter((version) => version !== stored);
  const heading = `## ${apiVersionOf(stored.resource)}${others.length > 0 ? ' (stored)' : ''}`;
  return [
    heading,
    ...rowSections(rows),
    columnsOf(stored),
    ...others.flatMap((version) => otherVersion(version, stored, rows, pods)),
  ].filter((text) => text !== '');
}

function otherVersion(
  version: KindVersion,
  stored: KindVersion,
  storedRows: readonly FieldRow[],
  pods: PodSchemas,
): string[] {
  const rows = fieldRows(version.schema(pods), pods.ownerOf);
  const paths = new Set(rows.map(({ path }) => path));
  const known = new Map(storedRows.map((row) => [row.path, row]));
  const missing = storedRows.filter(({ path }) => !paths.has(path) && paths.has(parentOf(path)));
  const changed = rows.filter((row) => !isDeepStrictEqual(row, known.get(row.path)));
  const without = missing.length > 0 ? ` It has no ${missing.map(({ path }) => `\`${path}\``).join(', ')}.` : '';
  return [
    `## ${apiVersionOf(version.resource)}`,
    `Served with the webhooks, which convert it. As ${stored.resource.version}, but for what is listed here.${without}`,
    ...(changed.length > 0 ? rowSections(changed) : []),
    columnsOf(version) === columnsOf(stored) ? '' : columnsOf(version),
  ];
}

/** `spec.steps[].name` stands in `spec.steps`. */
function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('.')).replace(/(?:\[\]|\.\*)+$/, '');
}

function rowSections(rows: readonly FieldRow[]): string[] {
  const rules = rows.flatMap((row) => row.rules.map((rule) => `- \`${row.path}\`: ${rule}`));
  return [table(rows), ...(rules.length > 0 ? ['### Rules', rules.join('\n')] : [])];
}

function columnsOf({ printerColumns }: KindVersion): string {
  const columns = printerColumns.map(({ name, jsonPath }) => `${name} (\`${jsonPath}\`)`);
  return columns.length > 0 ? `Columns of \`kubectl get\`: ${columns.join(', ')}.` : '';
}

function table(rows: readonly FieldRow[]): string {
  return [
    '| field | type | default | meaning |',
    '|---|---|---|---|',
    ...rows.map((row) => `| ${cellsOf(row).map(escapeCell).join(' | ')} |`),
  ].join('\n');
}

function cellsOf(row: FieldRow): string[] {
  return [
    `\`${row.path}\`${row.isRequired ? ' *' : ''}`,
    row.type,
    row.default === undefined ? '' : `\`${row.default}\``,
    [row.description, sentence(row.constraints)].filter((text) => text !== '').join(' '),
  ];
}

function sentence(constraints: readonly string[]): string {
  const [first = '', ...others] = constraints;
  return first === '' ? '' : `${[first[0]?.toUpperCase() + first.slice(1), ...others].join('; ')}.`;
}

/** A cell of a Markdown table is one line without bars. */
function escapeCell(text: string): string {
  return text.replaceAll('\n', ' ').replaceAll('|', '\\|');
}
