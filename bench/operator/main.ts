import { parseArgs } from 'node:util';
import type { Row } from '../table.ts';
import { connectOther, startEmbedded } from './api-server.ts';
import { brokenLimits, memoryLimit, sortWrites } from './limits.ts';
import { type Measured, measureOperator } from './measure.ts';

export interface OperatorBench {
  readonly runs: readonly (Measured & { readonly broken: readonly string[] })[];
  readonly rows: readonly Row[];
}

const sizes = [1_000, 5_000];

/**
 * The operator's own cost: its program in a process of its own, on the embedded engine without a node, and, where `--kubeconfig` (or
 * `KUBECONFIG`) is given, against that API server too.
 */
export async function benchOperator(args: readonly string[]): Promise<OperatorBench> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      services: { type: 'string' },
      kubeconfig: { type: 'string', default: process.env['KUBECONFIG'] ?? '' },
      'quiet-seconds': { type: 'string', default: '5' },
      'rest-seconds': { type: 'string', default: '20' },
    },
  });
  const wanted = values.services?.split(',').map(Number) ?? sizes;
  if (wanted.some((services) => !(Number.isInteger(services) && services > 0))) {
    throw new Error(`--services is "${values.services}"; expected whole numbers such as 1000,5000`);
  }
  const starts = [startEmbedded, ...(values.kubeconfig ? [() => connectOther(values.kubeconfig)] : [])];
  const runs: (Measured & { broken: string[] })[] = [];
  for (const start of starts) {
    for (const services of wanted) {
      const server = await start();
      try {
        const run = await measureOperator(server, {
          services,
          quietMs: Number(values['quiet-seconds']) * 1000,
          restMs: Number(values['rest-seconds']) * 1000,
          progress: (what) => process.stderr.write(`  ${server.name}, ${services} services: ${what} …\n`),
        });
        runs.push({ ...run, broken: brokenLimits(run) });
      } finally {
        await server.close();
      }
    }
  }
  return { runs, rows: runs.flatMap(rowsOf) };
}

function rowsOf(run: Measured): Row[] {
  const { services, children, created, life, rest, restAgain, restart, memory } = run;
  const where = `${run.apiServer}, ${services} services`;
  const [making, living] = [sortWrites(created.requests), sortWrites(life.requests)];
  const quiet = ({ children: c, statuses, events, others }: ReturnType<typeof sortWrites>) =>
    c + statuses + events + others;
  const row = (what: string, unit: string, ours: number, reference = '-', referenceValue?: number): Row => ({
    what: `${where}: ${what}`,
    unit,
    ours,
    reference,
    ...(referenceValue === undefined ? {} : { referenceValue }),
  });
  const each = (value: number) => value / services;
  const peak = Math.max(...Object.values(memory).map((at) => at.peak));
  const taken = 'until all services were accepted';
  return [
    row('until all children exist', 's', created.seconds ?? 0, taken, created.acceptedSeconds),
    row('until all statuses are written', 's', created.statusSeconds, taken, created.acceptedSeconds),
    row('children', 'per service', each(children)),
    row('writes of children', 'per service', each(making.children + living.children), 'children', each(children)),
    row('writes of statuses until ready', 'per service', each(making.statuses + living.statuses), 'limit', 2),
    row('Events until ready', 'per service', each(making.events + living.events), 'limit', 1),
    row('writes at rest', '', quiet(sortWrites(rest.requests)) + quiet(sortWrites(restAgain.requests)), 'limit', 0),
    row('writes of the operator started anew', '', quiet(sortWrites(restart.requests)), 'limit', 0),
    row('objects that it changed', '', restart.changedObjects, 'limit', 0),
    row(
      'memory of the operator, children made (RSS)',
      'MiB',
      memory.created.now,
      'limit at 5,000',
      memoryLimit.mebibytes,
    ),
    row('the same, all ready, with their Pods', 'MiB', memory.ready.now, 'limit at 5,000', memoryLimit.mebibytes),
    row('the same, started anew', 'MiB', memory.restarted.now, 'limit at 5,000', memoryLimit.mebibytes),
    row('the most at any time', 'MiB', peak, 'limit at 5,000', memoryLimit.mebibytes),
  ];
}
