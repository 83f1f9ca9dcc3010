import { parentPort, workerData } from 'node:worker_threads';
import { Pool } from 'undici';

/** Runs in a thread of its own, so that the load does not share a loop with what it measures. */
const { origin, path, host, body, connections, durationMs } = workerData as {
  origin: string;
  path: string;
  host: string;
  body: string;
  connections: number;
  durationMs: number;
};

const pool = new Pool(origin, { connections, pipelining: 1 });
const latenciesMs: number[] = [];
let failures = 0;
const end = performance.now() + durationMs;

async function client(): Promise<void> {
  while (performance.now() < end) {
    const begin = performance.now();
    const response = await pool.request({
      method: 'POST',
      path,
      headers: { host, 'content-type': 'application/json' },
      body,
    });
    await response.body.dump();
    if (response.statusCode !== 200) failures++;
    latenciesMs.push(performance.now() - begin);
  }
}

const begin = performance.now();
await Promise.all(Array.from({ length: connections }, client));
parentPort?.postMessage({ latenciesMs, failures, seconds: (performance.now() - begin) / 1000 });
await pool.close();
