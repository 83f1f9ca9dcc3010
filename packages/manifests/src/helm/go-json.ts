/**
 * JSON as Go's encoder writes it: fields of maps by the alphabet, and what could end a script in HTML escaped. `indent` as in
 * `JSON.stringify`.
 */
export function orderedJson(value: unknown, indent?: number): string {
  return JSON.stringify(
    value ?? null,
    (_key, part: unknown) => (isMap(part) ? ordered(part) : part),
    indent,
  ).replaceAll(/[<>&\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function ordered(map: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
