import type { StructuralSchema } from '@serval/kube/schema';
import { differences } from './differences.ts';
import type { Aspect } from './finding.ts';
import { explanation, type Subject } from './judge.ts';

/**
 * Two schemas of the same version without what the list explains: its defaults are in neither, and what ours alone demands is demanded by
 * theirs too. Objects made from such a schema can be compared as a whole.
 */
export function withoutListed(
  subject: Subject,
  their: StructuralSchema,
  our: StructuralSchema,
): { their: StructuralSchema; our: StructuralSchema } {
  const isListed = (aspect: Aspect, path: string) =>
    explanation(subject, { aspect, path, theirs: undefined, ours: undefined }, differences);
  return { their: without(their, our, ''), our: without(our, our, '') };

  function without(schema: StructuralSchema, ours: StructuralSchema | undefined, path: string): StructuralSchema {
    const result: StructuralSchema = { ...schema };
    if (schema.default !== undefined && isListed('default', path)) delete result.default;
    if (ours?.required && isListed('required', path)) {
      result.required = [...new Set([...(schema.required ?? []), ...ours.required])];
    }
    if (schema.items) result.items = without(schema.items, ours?.items, `${path}[]`);
    if (schema.properties) {
      const fields = Object.entries(schema.properties).map(([name, field]) => [
        name,
        without(field, ours?.properties?.[name], path === '' ? name : `${path}.${name}`),
      ]);
      result.properties = Object.fromEntries(fields) as Record<string, StructuralSchema>;
    }
    return result;
  }
}
