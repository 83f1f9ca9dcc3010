/** One place where two values differ; `undefined` is absent. */
export interface ValueDifference {
  readonly path: string;
  readonly left: unknown;
  readonly right: unknown;
}

/** Compares two JSON values to the last leaf. `leaves` counts what was compared, so that nobody takes nothing for equality. */
export function compareValues(left: unknown, right: unknown): { leaves: number; differences: ValueDifference[] } {
  const differences: ValueDifference[] = [];
  let leaves = 0;
  const visit = (a: unknown, b: unknown, path: string): void => {
    if (isCollection(a) && isCollection(b) && Array.isArray(a) === Array.isArray(b)) {
      const names = new Set([...Object.keys(a), ...Object.keys(b)]);
      if (names.size === 0) leaves++;
      for (const name of names) {
        const at = Array.isArray(a) ? `${path}[${name}]` : `${path}${path && '.'}${name}`;
        visit(own(a, name), own(b, name), at);
      }
      return;
    }
    leaves++;
    if (!Object.is(a, b)) differences.push({ path, left: a, right: b });
  };
  visit(left, right, '');
  return { leaves, differences };
}

function isCollection(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function own(value: Record<string, unknown>, name: string): unknown {
  return Object.hasOwn(value, name) ? value[name] : undefined;
}
