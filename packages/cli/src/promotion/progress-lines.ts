import type { Promotion } from '@serval/api';

/** A line for each condition that is not as it was told last; what has not begun is not told. */
export function createProgressLines(): (promotion: Promotion) => string[] {
  const told = new Map<string, string>();
  return ({ status = {} }) =>
    (status.conditions ?? []).flatMap(({ type, status: value, reason, message }) => {
      const line = `${type.padEnd(9)} ${value.padEnd(8)} ${[reason, message].filter(Boolean).join(': ')}`;
      if (reason === 'Pending' || told.get(type) === line) return [];
      told.set(type, line);
      return [line];
    });
}
