import { forEachParallel } from '../../../packages/storage/src/parallel.ts';
import { FAULT_KINDS, planFrom } from './plan.ts';
import { type Outcome, runPlan } from './run.ts';

export async function runMany(
  options: { firstSeed: number; runs: number; parallel: number; executable: string },
  onOutcome: (outcome: Outcome) => void = () => {},
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const seeds = Array.from({ length: options.runs }, (_, index) => options.firstSeed + index);
  await forEachParallel(seeds, options.parallel, async (seed) => {
    const outcome = await runPlan(planFrom(seed), options.executable);
    outcomes.push(outcome);
    onOutcome(outcome);
  });
  return outcomes;
}

/** How many runs ended how, how many met each fault, and how to have each bad one again. */
export function formatFaultReport(outcomes: readonly Outcome[], firstSeed: number): string {
  const results = new Map<string, number>();
  for (const { result } of outcomes) results.set(result, (results.get(result) ?? 0) + 1);
  const lines = [`${outcomes.length} runs from seed ${firstSeed}`, '', 'ended with'];
  for (const [result, count] of [...results].sort((a, b) => b[1] - a[1]))
    lines.push(`${String(count).padStart(6)}  ${result}`);
  lines.push('', 'faults that happened, and in how many runs');
  for (const kind of FAULT_KINDS) {
    const times = outcomes.reduce((sum, { happened }) => sum + happened.filter((it) => it === kind).length, 0);
    const runs = outcomes.filter(({ happened }) => happened.includes(kind)).length;
    lines.push(`${String(times).padStart(6)} ${String(runs).padStart(6)}  ${kind}`);
  }
  for (const { seed, wrong } of outcomes.filter(({ result }) => result === 'WRONG')) {
    lines.push('', `WRONG, seed ${seed}: ${wrong.join('; ')}`, `again: npm run faults -- --runs 1 --seed ${seed}`);
  }
  return `${lines.join('\n')}\n`;
}
