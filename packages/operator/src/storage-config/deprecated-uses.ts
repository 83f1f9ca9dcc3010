import type { Problem, ProblemCode, StorageConfig } from '@serval/storage/config';

/** Uses of certificate fields that the move to one form leaves behind. */
const deprecated: ReadonlySet<ProblemCode> = new Set<ProblemCode>(['DeprecatedField', 'MisplacedField']);

export function isDeprecatedUse({ code }: Problem): boolean {
  return deprecated.has(code);
}

/** Every problem of a Secret and of its entries. */
export function problemsOf({ problems, entries }: StorageConfig): Problem[] {
  return [
    ...problems,
    ...entries.flatMap((entry) => entry.problems.map((problem) => ({ key: entry.key, ...problem }))),
  ];
}
