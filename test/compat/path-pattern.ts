/**
 * Whether a path such as `spec.predictor.containers[].env[].name` fits a pattern: `*` is one segment, `**` any number of
 * them. `[]` and `{}` are segments of their own.
 */
export function matchesPath(pattern: string, path: string): boolean {
  return fits(segments(pattern), segments(path));
}

function segments(path: string): string[] {
  return path.replaceAll('[]', '.[]').replaceAll('{}', '.{}').split('.');
}

function fits([first, ...pattern]: readonly string[], path: readonly string[]): boolean {
  if (first === undefined) return path.length === 0;
  if (first === '**') {
    for (let skipped = 0; skipped <= path.length; skipped++) if (fits(pattern, path.slice(skipped))) return true;
    return false;
  }
  return path.length > 0 && (first === '*' || first === path[0]) && fits(pattern, path.slice(1));
}
