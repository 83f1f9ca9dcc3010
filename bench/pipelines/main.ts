import { parseArgs } from 'node:util';
import { startEmbedded } from '../operator/api-server.ts';
import { type Counts, sum, writesOf } from '../operator/audit.ts';
import type { Row } from '../table.ts';
import { type MeasuredPipelines, measurePipelines } from './measure.ts';

/** Of each pipeline. */
const stages = 3;

/**
 * What credentials of pipelines cost: one rotation of the platform's default over many stages, against a copy of the Secret for every
 * application, in one run on the embedded engine without a node.
 */
export async function benchPipelines(args: readonly string[]): Promise<{ rows: Row[]; measured: MeasuredPipelines }> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      pipelines: { type: 'string', default: '1000' },
      services: { type: 'string', default: '10' },
      'rest-seconds': { type: 'string', default: '20' },
    },
  });
  const server = await startEmbedded();
  try {
    const measured = await measurePipelines(server, {
      pipelines: Number(values.pipelines),
      stages,
      services: Number(values.services),
      restMs: Number(values['rest-seconds']) * 1000,
      progress: (what) => process.stderr.write(`  ${what} …\n`),
    });
    return { rows: rowsOf(measured), measured };
  } finally {
    await server.close();
  }
}

function rowsOf({ pipelines, services, namespaces, rest, rotation, copies, memory }: MeasuredPipelines): Row[] {
  const where = `${pipelines} pipelines × ${stages} stages × ${services} services`;
  const row = (what: string, unit: string, ours: number, reference = '-', referenceValue?: number): Row => ({
    what: `${where}: ${what}`,
    unit,
    ours,
    reference,
    ...(referenceValue === undefined ? {} : { referenceValue }),
  });
  const each = 'a copy for every service';
  return [
    row(
      'writes of Secrets in one rotation of the platform’s default',
      '',
      secretsIn(rotation.requests),
      each,
      copies.writes,
    ),
    row('the same, limit', '', secretsIn(rotation.requests), 'namespaces in use', namespaces),
    row(
      'writes of statuses',
      '',
      sum(writesOf(rotation.requests)) - secretsIn(rotation.requests),
      'pipelines',
      pipelines,
    ),
    row('until every namespace has it', 's', rotation.seconds, each, copies.seconds),
    row('processor time of the operator for it', 's', rotation.cpuSeconds, each, copies.cpuSeconds),
    row('writes at rest', '', sum(writesOf(rest.requests)), 'limit', 0),
    row('processor time of the operator at rest, per second', 'ms', (rest.cpuSeconds / rest.seconds) * 1000),
    row('memory of the operator at rest (RSS); the most there was', 'MiB', memory.rest, 'peak', memory.peak),
    row('memory of the operator after the rotation', 'MiB', memory.rotated, each, copies.rssMiB),
  ];
}

function secretsIn(requests: Counts): number {
  const ofSecrets = Object.entries(writesOf(requests)).filter(([key]) => key.endsWith(' secrets'));
  return sum(Object.fromEntries(ofSecrets));
}
