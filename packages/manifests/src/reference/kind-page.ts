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
    ...versions.flatMap((version) => versionSection(version, pods, versions.length > 1)),
  ].join('\n\n');
}

function versionSection(version: KindVersion, pods: PodSchemas, isOneOfSeveral: boolean): string[] {
  const rows = fieldRows(version.schema(pods), pods.ownerOf);
  const rules = rows.flatMap((row) => row.rules.map((rule) => `- \`${row.path}\`: ${rule}`));
  const columns = version.printerColumns.map(({ name, jsonPath }) => `${name} (\`${jsonPath}\`)`);
  return [
    `## ${apiVersionOf(version.resource)}${isOneOfSeveral && version.storage ? ' (stored)' : ''}`,
    table(rows),
    ...(rules.length > 0 ? ['### Rules', rules.join('\n')] : []),
    ...(columns.length > 0 ? [`Columns of \`kubectl get\`: ${columns.join(', ')}.`] : []),
  ];
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
