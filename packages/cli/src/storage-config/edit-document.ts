import { SCALAR_STYLE } from 'js-yaml';
import { endOf, type YamlMapping, type YamlScalar } from './yaml-tree.ts';

/** A piece of the text and what comes in its place. */
export interface Splice {
  start: number;
  end: number;
  text: string;
}

export function applySplices(text: string, splices: readonly Splice[]): string {
  return splices
    .toSorted((a, b) => b.start - a.start || b.end - a.end)
    .reduce((result, { start, end, text: piece }) => result.slice(0, start) + piece + result.slice(end), text);
}

/** Another value in the style of the one that is there: a block stays a block, quotes stay quotes. */
export function replaceScalar(text: string, node: YamlScalar, value: string): Splice {
  const { style, valueStart, valueEnd, indent } = node.event;
  const endsAlike = value.endsWith('\n') === node.value.endsWith('\n');
  if (style === SCALAR_STYLE.LITERAL_BLOCK && endsAlike && canBeBlock(value) && canBeBlock(node.value)) {
    const raw = text.slice(valueStart, valueEnd);
    const tail = /\s*$/.exec(raw)?.[0] ?? '';
    const lines = value.replace(/\n+$/, '').split('\n');
    const body = lines.map((line) => (line === '' ? '' : ' '.repeat(indent) + line));
    return { start: valueStart, end: valueEnd, text: body.join(raw.includes('\r\n') ? '\r\n' : '\n') + tail };
  }
  if (style === SCALAR_STYLE.LITERAL_BLOCK || style === SCALAR_STYLE.FOLDED_BLOCK) {
    const header = text.slice(0, valueStart).search(/[|>][-+0-9]*[ \t]*(#[^\n]*)?\r?\n\s*$/);
    const lineEnd = /\r?\n\s*$/.exec(text.slice(valueStart, valueEnd))?.[0] ?? '';
    return { start: header, end: valueEnd, text: JSON.stringify(value) + lineEnd };
  }
  if (style === SCALAR_STYLE.SINGLE_QUOTED && !/\p{Cc}/u.test(value)) {
    return { start: node.start, end: node.end, text: `'${value.replaceAll("'", "''")}'` };
  }
  const isPlain = style === SCALAR_STYLE.PLAIN && /^[A-Za-z0-9+/]{12,}={0,2}$/.test(value);
  return { start: node.start, end: node.end, text: isPlain ? value : JSON.stringify(value) };
}

/** Takes a member out, and the line that it stood on. */
export function removeMember(text: string, mapping: YamlMapping, name: string): Splice {
  const index = mapping.entries.findLastIndex(({ key }) => key.value === name);
  const entry = mapping.entries[index] as YamlMapping['entries'][number];
  const [previous, next] = [mapping.entries[index - 1], mapping.entries[index + 1]];
  const end = endOf(text, entry.value);
  if (mapping.isFlow) {
    if (next) return { start: entry.key.start, end: next.key.start, text: '' };
    return { start: previous ? endOf(text, previous.value) : entry.key.start, end, text: '' };
  }
  const start = text.lastIndexOf('\n', entry.key.start) + 1;
  return { start, end: isBlock(entry.value) ? end : afterLine(text, end), text: '' };
}

/** Puts a text in as a new member behind the others; in a block, as lines of its own where it has several. */
export function insertMember(text: string, mapping: YamlMapping, name: string, value: string): Splice {
  const last = mapping.entries.at(-1);
  if (mapping.isFlow) {
    const at = last ? endOf(text, last.value) : mapping.start + 1;
    const [first, second] = mapping.entries;
    const gap = first && second ? text.slice(text.indexOf(',', endOf(text, first.value)) + 1, second.key.start) : ' ';
    return { start: at, end: at, text: `${last ? `,${gap}` : ''}${JSON.stringify(name)}: ${JSON.stringify(value)}` };
  }
  const first = mapping.entries[0] as YamlMapping['entries'][number];
  const column = first.key.start - (text.lastIndexOf('\n', first.key.start) + 1);
  const end = last ? endOf(text, last.value) : first.key.start;
  const at = last && isBlock(last.value) ? end : afterLine(text, end);
  const lineStart = at > 0 && text[at - 1] !== '\n' ? '\n' : '';
  return { start: at, end: at, text: lineStart + memberLines(name, value, ' '.repeat(column)) };
}

/** `name: value` on lines that begin with `indent`. */
export function memberLines(name: string, value: string, indent: string): string {
  const key =
    /^[A-Za-z_][-\w.]*$/.test(name) && !/^(true|false|yes|no|on|off|null|y|n)$/i.test(name)
      ? name
      : JSON.stringify(name);
  if (!value.includes('\n') || !canBeBlock(value)) {
    const isPlain = /^[A-Za-z0-9+/]{12,}={0,2}$/.test(value);
    return `${indent}${key}: ${isPlain ? value : JSON.stringify(value)}\n`;
  }
  const chomping = value.endsWith('\n') ? '' : '-';
  const lines = value.replace(/\n$/, '').split('\n');
  return `${indent}${key}: |${chomping}\n${lines.map((line) => (line === '' ? '\n' : `${indent}  ${line}\n`)).join('')}`;
}

/** What a literal block gives back as it was: it loses carriage returns, and takes blanks in front for its indentation. */
function canBeBlock(value: string): boolean {
  return (
    /^[^\s]/.test(value) &&
    !/[\r\u0085\u2028\u2029\0]|\n\n$/.test(value) &&
    !/[\p{Cc}]/u.test(value.replaceAll(/[\n\t]/g, ''))
  );
}

function isBlock(node: YamlMapping['entries'][number]['value']): boolean {
  if (node.type === 'mapping')
    return (
      !node.isFlow && node.entries.length > 0 && isBlock((node.entries.at(-1) as YamlMapping['entries'][number]).value)
    );
  return (
    node.type === 'scalar' &&
    (node.event.style === SCALAR_STYLE.LITERAL_BLOCK || node.event.style === SCALAR_STYLE.FOLDED_BLOCK)
  );
}

function afterLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end + 1;
}
