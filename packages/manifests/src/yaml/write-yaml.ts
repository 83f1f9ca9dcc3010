import { literalBlock, yamlScalar } from './scalar.ts';

/**
 * A JSON value as YAML, always the same text for the same value, whatever the order of its fields: `apiVersion`, `kind`, `metadata` and
 * (in items of lists and in metadata) `name`, `namespace` come first, all else by the alphabet. Lines are never folded; text of several
 * lines stands in a block. Fields that are `undefined` are left out.
 */
export function writeYaml(value: unknown): string {
  const lines: string[] = [];
  if (isCollection(value)) writeCollection(value, '', lines, '');
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

/** `lead` stands before the first line instead of the indentation: `- ` of the list around. */
function writeCollection(value: Fields | unknown[], indent: string, lines: string[], lead: string): void {
  let start = lead === '' ? indent : lead;
  if (Array.isArray(value)) {
    for (const item of value) {
      writeItem(item, indent, start, lines);
      start = indent;
    }
    return;
  }
  for (const [key, field] of orderedFields(value)) {
    writeField(yamlScalar(key), field, indent, start, lines);
    start = indent;
  }
}

function writeItem(item: unknown, indent: string, start: string, lines: string[]): void {
  if (isCollection(item)) writeCollection(item, `${indent}  `, lines, `${start}- `);
  else writeScalar(`${start}- `, item, `${indent}  `, lines);
}

function writeField(key: string, field: unknown, indent: string, start: string, lines: string[]): void {
  if (!isCollection(field)) {
    writeScalar(`${start}${key}: `, field, `${indent}  `, lines);
    return;
  }
  lines.push(`${start}${key}:`);
  // Lists stand at their field's own indentation, as kubectl and kustomize print them.
  writeCollection(field, Array.isArray(field) ? indent : `${indent}  `, lines, '');
}

function writeScalar(before: string, value: unknown, indent: string, lines: string[]): void {
  const block = typeof value === 'string' ? literalBlock(value) : undefined;
  if (!block) {
    lines.push(`${before}${scalarOf(value)}`);
    return;
  }
  lines.push(`${before}${block.header}`);
  for (const line of block.lines) lines.push(line === '' ? '' : `${indent}${line}`);
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
