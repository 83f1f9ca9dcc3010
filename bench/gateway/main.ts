import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { cpuMicroseconds, measureLoad } from '../load.ts';
import { printRows, type Row } from '../table.ts';
import { end, startBenchGateway } from './cluster.ts';

/**
 * The gateway's process against a bare proxy on the same libraries and against no proxy at all, in turns, with small JSON POSTs to a trivial
 * server. Flags for Node given to this script reach the gateway: `node -C @serval/source bench/gateway/main.ts --cpu-prof`.
 */
const host = 'bench.localhost';
const body = JSON.stringify({ instances: [[5.1, 3.5, 1.4, 0.2]] });
const rounds = 4;
const roundMs = 2000;

async function start(file: string, ...args: string[]): Promise<{ child: ChildProcess; address: string }> {
  const script = fileURLToPath(new URL(file, import.meta.url));
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [address] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { child, address };
}

interface Total {
  perSecond: number[];
  p99Ms: number[];
  cpuUs: number;
  requests: number;
}

async function measure(total: Total, origin: string, pid: number, connections: number): Promise<void> {
  const before = await cpuMicroseconds(pid);
  const load = { origin, path: '/v1/models/bench:predict', host, body };
  const result = await measureLoad(load, connections, roundMs);
  if (result.failures > 0) throw new Error(`${result.failures} requests failed`);
  total.cpuUs += (await cpuMicroseconds(pid)) - before;
  total.requests += result.requests;
  total.perSecond.push(result.requestsPerSecond);
  total.p99Ms.push(result.p99Ms);
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] as number;
const upstream = await start('./upstream.ts');
const bare = await start('./bare-proxy.ts', upstream.address);
const gateway = await startBenchGateway(host, upstream.address, process.argv.slice(2));
const rows: Row[] = [];
try {
  for (const connections of [8, 64]) {
    const empty = (): Total => ({ perSecond: [], p99Ms: [], cpuUs: 0, requests: 0 });
    const [ours, theirs, direct] = [empty(), empty(), empty()];
    // In turns, because other work on the machine comes and goes.
    for (let round = 0; round < rounds; round++) {
      await measure(ours, gateway.origin, gateway.pid, connections);
      await measure(theirs, `http://${bare.address}`, bare.child.pid as number, connections);
      await measure(direct, `http://${upstream.address}`, upstream.child.pid as number, connections);
    }
    const what = (kind: string) => `gateway, ${connections} connections, ${kind}`;
    const row = (kind: string, unit: string, of: (total: Total) => number, reference: string, total: Total): Row => ({
      what: what(kind),
      unit,
      ours: of(ours),
      reference,
      referenceValue: of(total),
    });
    const cpu = ({ cpuUs, requests }: Total) => cpuUs / requests;
    const rate = ({ perSecond }: Total) => median(perSecond);
    const p99 = ({ p99Ms }: Total) => median(p99Ms);
    rows.push(
      row('rate', 'requests/s', rate, 'no proxy', direct),
      row('rate', 'requests/s', rate, 'bare proxy', theirs),
      row('p99', 'ms', p99, 'no proxy', direct),
      row('p99', 'ms', p99, 'bare proxy', theirs),
      row('processor', 'µs/request', cpu, 'bare proxy', theirs),
      row('processor', 'µs/request', cpu, 'the server itself', direct),
    );
  }
} finally {
  await gateway.stop();
  await end(bare.child);
  await end(upstream.child);
}
printRows(rows);
