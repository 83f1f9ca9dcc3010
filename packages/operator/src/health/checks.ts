/** One named thing that is well or not, as API servers list them at `/readyz?verbose`. */
export interface Check {
  readonly name: string;
  /** Why not; nothing while it is well. */
  readonly problem?: string | undefined;
}

/** `[+]name ok` and `[-]name failed: why`, one line for each, and a last line in sum. */
export function renderChecks(title: string, checks: readonly Check[], remarks: readonly Check[] = []): string {
  const lines = checks.map(({ name, problem }) => (problem ? `[-]${name} failed: ${problem}` : `[+]${name} ok`));
  const besides = remarks.map(({ name, problem }) =>
    problem ? `[-]${name} failed: ${problem} (does not count here)` : `[+]${name} ok`,
  );
  const isWell = checks.every(({ problem }) => !problem);
  return [...lines, ...besides, `${title} check ${isWell ? 'passed' : 'failed'}`, ''].join('\n');
}
