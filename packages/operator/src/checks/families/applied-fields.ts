const maxPaths = 200;
const maxDepth = 4;

/** Fields of `spec` in the JSON text of an object, at most four levels deep, with dots between them. Not JSON: none. */
export function fieldPathsOf(text: string): string[] {
  let object: unknown;
  try {
    object = JSON.parse(text);
  } catch {
    return [];
  }
  const paths = new Set<string>();
  const walk = (value: unknown, path: string, depth: number): void => {
    if (paths.size >= maxPaths || depth > maxDepth) return;
    if (Array.isArray(value)) {
      for (const item of value) walk(item, path, depth);
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) {
        // A key with dots is a label or an annotation, and no field.
        if (key.includes('.') || key.includes('/')) continue;
        const next = `${path}.${key}`;
        paths.add(next);
        walk(inner, next, depth + 1);
      }
    }
  };
  walk((object as { spec?: unknown } | null)?.spec, 'spec', 1);
  return [...paths];
}
