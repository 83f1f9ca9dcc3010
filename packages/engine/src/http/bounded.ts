import { badRequest } from '../registry/errors.ts';

// Far beyond any manifest (the schemas in CustomResourceDefinitions are the deepest), far below what recursion can bear.
const maxDepth = 1000;
// As much as a body may have bytes: more can only come from YAML aliases, which repeat what stands elsewhere.
const maxExpandedSize = 3 * 1024 * 1024;

/** Throws BadRequest for a value that is nested too deeply, or whose aliases would make it too large once written out. */
export function requireBounded(value: unknown): void {
  let size = 0;

  function visit(item: unknown, depth: number): void {
    size += typeof item === 'string' ? Math.max(1, item.length) : 1;
    if (size > maxExpandedSize) throw badRequest('the body is too large once its YAML aliases are written out');
    if (typeof item !== 'object' || item === null) return;
    if (depth > maxDepth) throw badRequest(`the body is nested deeper than ${maxDepth} levels`);
    if (Array.isArray(item)) {
      for (const entry of item) visit(entry, depth + 1);
      return;
    }
    for (const [key, entry] of Object.entries(item)) {
      size += key.length;
      visit(entry, depth + 1);
    }
  }

  visit(value, 1);
}
