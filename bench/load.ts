import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { percentile } from './table.ts';

export interface LoadResult {
  requests: number;
  requestsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  failures: number;
}

export interface LoadTarget {
  /** `http://127.0.0.1:8080`. */
  origin: string;
  path: string;
  host: string;
  body: string;
}

/** POSTs over `connections` kept-alive connections for `durationMs`, from a thread of its own. */
export async function measureLoad(target: LoadTarget, connections: number, durationMs: number): Promise<LoadResult> {
  const worker = new Worker(new URL('./load-worker.ts', import.meta.url), {
    workerData: { ...target, connections, durationMs },
  });
  const [{ latenciesMs, failures, seconds }] = (await once(worker, 'message')) as [
    { latenciesMs: number[]; failures: number; seconds: number },
  ];
  return {
    requests: latenciesMs.length,
    requestsPerSecond: latenciesMs.length / seconds,
    p50Ms: percentile(latenciesMs, 0.5),
    p99Ms: percentile(latenciesMs, 0.99),
    failures,
  };
}
