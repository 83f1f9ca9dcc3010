import type { Json } from '@serval/kube/objects';

const width = 140;

/** JSON text that diffs well and stays small: what fits on a line stands on one. Ends with a line break. */
export function writeJson(value: unknown): string {
  // A plain copy first: undefined fields and hidden properties are no JSON.
  return `${write(JSON.parse(JSON.stringify(value)) as Json, '', 0)}\n`;
}

/** @param before length of what stands before the value on its line, after the indentation */
function write(value: Json, indent: string, before: number): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const flat = onOneLine(value);
  if (indent.length + before + flat.length <= width) return flat;
  const inner = `${indent} `;
  if (Array.isArray(value)) {
    return `[\n${value.map((item) => inner + write(item, inner, 0)).join(',\n')}\n${indent}]`;
  }
  const fields = Object.entries(value).map(([name, field]) => {
    const key = `${JSON.stringify(name)}: `;
    return `${inner}${key}${write(field as Json, inner, key.length)}`;
  });
  return `{\n${fields.join(',\n')}\n${indent}}`;
}

function onOneLine(value: Json): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(onOneLine).join(', ')}]`;
  const fields = Object.entries(value).map(([name, field]) => `${JSON.stringify(name)}: ${onOneLine(field as Json)}`);
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}
