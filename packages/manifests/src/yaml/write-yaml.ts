import { flowScalar, literalBlock, yamlScalar } from './scalar.ts';

export interface YamlOptions {
  /** Objects and lists that fit into so many characters are written between brackets on one line. Default 0: none. */
  readonly bracketWidth?: number;
}

/**
 * A JSON value as YAML, always the same text for the same value, whatever the order of its fields: `apiVersion`, `kind`, `metadata` and
 * (in items of lists and in metadata) `name`, `namespace` come first, all else by the alphabet. Lines are never folded; text of several
 * lines stands in a block. Fields that are `undefined` are left out.
 */
export function writeYaml(value: unknown, { bracketWidth = 0 }: YamlOptions = {}): string {
  const lines: string[] = [];
  if (isCollection(value)) writeCollection(value, '', '', { lines, bracketWidth });
  else lines.push(scalarOf(value));
  return `${lines.join('\n')}\n`;
}

/** Several documents, each after a line of `---`. */
export function writeYamlDocuments(values: readonly unknown[]): string {
  return values.map((value) => `---\n${writeYaml(value)}`).join('');
}

type Fields = Record<string, unknown>;

const first = ['apiVersion', 'kind', 'metadata', 'name', 'namespace'];

/** The fields of an object in the order in which they are written, without those that are `undefined`. */
export function orderedFields(fields: Fields): [string, unknown][] {
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

function rank(field: string): number {
  const index = first.indexOf(field);
  return index < 0 ? first.length : index;
}

interface Page {
  readonly lines: string[];
  readonly bracketWidth: number;
}

/** `start` stands before the first line instead of the indentation: `- ` of the list around. */
function writeCollection(value: Fields | unknown[], indent: string, start: string, page: Page): void {
  let lead = start;
  if (Array.isArray(value)) {
    for (const item of value) {
      writeItem(item, indent, lead, page);
      lead = indent;
    }
    return;
  }
  for (const [key, field] of orderedFields(value)) {
    writeField(yamlScalar(key), field, indent, lead, page);
    lead = indent;
  }
}

function writeItem(item: unknown, indent: string, lead: string, page: Page): void {
  if (isCollection(item)) writeCollection(item, `${indent}  `, `${lead}- `, page);
  else writeScalar(`${lead}- `, item, `${indent}  `, page);
}

function writeField(key: string, field: unknown, indent: string, lead: string, page: Page): void {
  if (!isCollection(field)) {
    writeScalar(`${lead}${key}: `, field, `${indent}  `, page);
    return;
  }
  const short = bracketed(field, page.bracketWidth);
  if (short !== undefined) {
    page.lines.push(`${lead}${key}: ${short}`);
    return;
  }
  page.lines.push(`${lead}${key}:`);
  // Lists stand at their field's own indentation, as kubectl and kustomize print them.
  const inner = Array.isArray(field) ? indent : `${indent}  `;
  writeCollection(field, inner, inner, page);
}

function writeScalar(before: string, value: unknown, indent: string, { lines }: Page): void {
  const block = typeof value === 'string' ? literalBlock(value) : undefined;
  if (!block) {
    lines.push(`${before}${scalarOf(value)}`);
    return;
  }
  lines.push(`${before}${block.header}`);
  for (const line of block.lines) lines.push(line === '' ? '' : `${indent}${line}`);
}

/** `{type: array, items: {type: string}}`, or undefined where that takes more than `width` characters. */
function bracketed(value: unknown, width: number): string | undefined {
  if (width <= 0) return undefined;
  if (!isCollection(value)) {
    const text = typeof value === 'string' ? flowScalar(value) : scalarOf(value);
    return text.length > width ? undefined : text;
  }
  const parts: string[] = [];
  let left = width - 2;
  const fields = Array.isArray(value) ? value.map((item) => [undefined, item] as const) : orderedFields(value);
  for (const [key, field] of fields) {
    const lead = key === undefined ? '' : `${flowScalar(key)}: `;
    const text = bracketed(field, left - lead.length);
    if (text === undefined) return undefined;
    parts.push(`${lead}${text}`);
    left -= lead.length + text.length + 2;
  }
  return left + 2 < 0 ? undefined : Array.isArray(value) ? `[${parts.join(', ')}]` : `{${parts.join(', ')}}`;
}

/** An object or list with something in it; empty ones are written as `{}` and `[]`. */
function isCollection(value: unknown): value is Fields | unknown[] {
  if (typeof value !== 'object' || value === null) return false;
  return Array.isArray(value) ? value.length > 0 : Object.values(value).some((field) => field !== undefined);
}

function scalarOf(value: unknown): string {
  if (typeof value === 'string') return yamlScalar(value);
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return '[]';
  if (typeof value === 'object') return '{}';
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError(`${value} has no place in JSON`);
  return numberOrBoolean(value);
}

/** `1e+21` without a dot would be text in YAML 1.1. */
function numberOrBoolean(value: unknown): string {
  const text = Object.is(value, -0) ? '0' : String(value);
  return /^-?\d+e/.test(text) ? text.replace('e', '.0e') : text;
}
