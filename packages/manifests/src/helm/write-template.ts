import { ManifestsError } from '../manifests-error.ts';
import { yamlScalar } from '../yaml/scalar.ts';
import { orderedFields, writeYaml } from '../yaml/write-yaml.ts';
import { call, type Expression, entryKey, writeExpression } from './expression.ts';
import {
  Choice,
  Computed,
  Each,
  Entries,
  isFields,
  isItems,
  isLiteral,
  type TemplateFields,
  type TemplateNode,
} from './tree.ts';

/** A file below `templates/` that holds one object. What has no expression in it and fits into `bracketWidth` stands on one line. */
export function writeTemplate(node: TemplateNode, bracketWidth = 140): string {
  return `${documentLines(node, { indent: '', bracketWidth }).join('\n')}\n`;
}

/** An expression in the place of a value. JSON is YAML on one line, with all quoting that any text needs. */
function action(expression: Expression): string {
  return `{{ ${writeExpression(call('toJson', expression))} }}`;
}

/** Text that Helm would take for an action, as an action that writes it. */
export function escapeTemplate(text: string): string {
  return text.replaceAll('{{', '{{ "{{" }}');
}

export const control = {
  if: (condition: Expression) => `{{- if ${writeExpression(condition)} }}`,
  elseIf: (condition: Expression) => `{{- else if ${writeExpression(condition)} }}`,
  else: '{{- else }}',
  rangeEntries: (of: Expression) => `{{- range $key, $value := ${writeExpression(of)} }}`,
  rangeItems: (of: Expression) => `{{- range $value := ${writeExpression(of)} }}`,
  end: '{{- end }}',
} as const;

interface Page {
  readonly indent: string;
  readonly bracketWidth: number;
}

function documentLines(node: TemplateNode, page: Page): string[] {
  if (node instanceof Choice) return choiceLines(node, (branch) => documentLines(branch, page));
  if (node instanceof Each) {
    return [control.rangeItems(node.of), '---', ...documentLines(node.node, page), control.end];
  }
  if (isFields(node)) return fieldsLines(node, page);
  throw new ManifestsError('BadSource', 'a template holds an object');
}

function choiceLines({ branches }: Choice, linesOf: (node: TemplateNode) => string[]): string[] {
  const lines = branches.flatMap(({ condition, node }, index) => {
    if (index > 0) return [condition ? control.elseIf(condition) : control.else, ...linesOf(node)];
    if (!condition) throw new ManifestsError('BadSource', 'a choice begins with a condition');
    return [control.if(condition), ...linesOf(node)];
  });
  return [...lines, control.end];
}

function fieldsLines(fields: TemplateFields, page: Page): string[] {
  const ordered = orderedFields(fields) as [string, TemplateNode][];
  requireContent(ordered.map(([, node]) => node));
  return ordered.flatMap(([key, node]) => fieldLines(key, node, page));
}

function fieldLines(key: string, node: TemplateNode, page: Page): string[] {
  const { indent } = page;
  if (isLiteral(node)) return literalLines({ [key]: node }, page);
  const lead = `${indent}${escapeTemplate(yamlScalar(key))}:`;
  if (node instanceof Choice) return choiceLines(node, (branch) => fieldLines(key, branch, page));
  if (node instanceof Computed) return [`${lead} ${action(node.expression)}`];
  if (node instanceof Entries) {
    return [control.rangeEntries(node.of), `${indent}${action(entryKey)}: ${action(node.item)}`, control.end];
  }
  if (isItems(node)) return [lead, ...itemsLines(node, page)];
  return [lead, ...fieldsLines(node as TemplateFields, within(page))];
}

function itemsLines(items: readonly TemplateNode[], page: Page): string[] {
  requireContent(items);
  return items.flatMap((item) => itemLines(item, page));
}

function itemLines(item: TemplateNode, page: Page): string[] {
  const { indent } = page;
  if (isLiteral(item)) return literalLines([item], page);
  if (item instanceof Choice) return choiceLines(item, (branch) => itemLines(branch, page));
  if (item instanceof Computed) return [`${indent}- ${action(item.expression)}`];
  if (item instanceof Entries) return [control.rangeItems(item.of), `${indent}- ${action(item.item)}`, control.end];
  const lines = isItems(item) ? itemsLines(item, within(page)) : fieldsLines(item as TemplateFields, within(page));
  const [first = '', ...others] = lines;
  // After a dash alone, the line that follows may be left out.
  return first.startsWith('{{-') ? [`${indent}-`, ...lines] : [`${indent}- ${first.trimStart()}`, ...others];
}

function within(page: Page): Page {
  return { ...page, indent: `${page.indent}  ` };
}

function literalLines(value: unknown, { indent, bracketWidth }: Page): string[] {
  const lines = escapeTemplate(writeYaml(value, { bracketWidth })).trimEnd().split('\n');
  return lines.map((line) => (line === '' ? '' : `${indent}${line}`));
}

/** An object or list of which nothing may be left would be `null`. */
function requireContent(nodes: readonly TemplateNode[]): void {
  const isSure = (node: TemplateNode) =>
    !(node instanceof Entries) &&
    !(node instanceof Choice && node.branches.every(({ condition }) => condition !== undefined));
  if (nodes.length > 0 && !nodes.some(isSure)) {
    throw new ManifestsError('BadSource', 'an object or list of a template has nothing that is always there', {
      hint: 'make the field around it conditional',
    });
  }
}
