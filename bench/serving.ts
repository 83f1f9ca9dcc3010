import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type InferenceService, inferenceServices } from '@serval/api';
import { pods } from '@serval/kube/objects';
import { request } from 'undici';
import { cpuMicroseconds, type LoadResult, measureLoad } from './load.ts';
import { writeLargeModel } from './model.ts';
import type { BenchPlatform } from './platform.ts';
import { percentile, type Row } from './table.ts';

const megabyte = 1024 * 1024;
const rounds = 5;
const roundMs = 2_000;
const connections = 8;
const name = 'bench';

/** From `apply` to the first prediction of a 1 MB model, and the gateway against the Pod's own address. */
export async function benchServing(platform: BenchPlatform, modelStore: string): Promise<Row[]> {
  const body = await writeLargeModel(modelStore, 'model.json', megabyte);
  const path = `/v1/models/${name}:predict`;
  const host = `${name}-default.localhost:${new URL(platform.gatewayUrl).port}`;
  const apply = () => platform.client.apply(inferenceServices, service(), { force: true });

  const coldMs = await untilAnswered(apply, platform.gatewayUrl + path, host, body);
  const bare = await startBareServer(modelStore, body);

  await platform.client.delete(inferenceServices, { namespace: 'default', name });
  await untilGone(platform);
  const warmMs = await untilAnswered(apply, platform.gatewayUrl + path, host, body);

  const [pod] = (await platform.client.list(pods, { namespace: 'default' })).items;
  const direct = `http://${pod?.status?.podIP}:8080`;
  const throughGateway: LoadResult[] = [];
  const toPod: LoadResult[] = [];
  const cpuBefore = await cpuMicroseconds(platform.gatewayPid);
  // In turns, because other work on the machine comes and goes.
  for (let round = 0; round < rounds; round++) {
    throughGateway.push(await measureLoad({ origin: platform.gatewayUrl, path, host, body }, connections, roundMs));
    toPod.push(await measureLoad({ origin: direct, path, host, body }, connections, roundMs));
  }
  const cpuUs = (await cpuMicroseconds(platform.gatewayPid)) - cpuBefore;
  const requests = throughGateway.reduce((sum, load) => sum + load.requests, 0);
  if ([...throughGateway, ...toPod].some(({ failures }) => failures > 0)) throw new Error('some requests failed');
  const reference = 'the model server alone, started by hand';
  return [
    { what: 'apply → first prediction, 1 MB, first start', unit: 'ms', ours: coldMs, reference, referenceValue: bare },
    {
      what: 'apply → first prediction, 1 MB, started before',
      unit: 'ms',
      ours: warmMs,
      reference,
      referenceValue: bare,
    },
    {
      what: `gateway, ${connections} connections`,
      unit: 'requests/s',
      ours: median(throughGateway, 'requestsPerSecond'),
      reference: 'straight to the Pod',
      referenceValue: median(toPod, 'requestsPerSecond'),
    },
    {
      what: 'gateway, p99',
      unit: 'ms',
      ours: median(throughGateway, 'p99Ms'),
      reference: 'straight to the Pod',
      referenceValue: median(toPod, 'p99Ms'),
    },
    { what: 'gateway, processor time', unit: 'µs/request', ours: cpuUs / requests, reference: '-' },
  ];
}

function median(loads: readonly LoadResult[], of: 'requestsPerSecond' | 'p99Ms'): number {
  return percentile(
    loads.map((load) => load[of]),
    0.5,
  );
}

function service(): InferenceService {
  const storageUri = 'http://model-store.serval-system.svc.cluster.local/model.json';
  return {
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    metadata: { name, namespace: 'default' },
    spec: { predictor: { model: { modelFormat: { name: 'xgboost' }, storageUri } } },
  } as InferenceService;
}

async function untilAnswered(begin: () => Promise<unknown>, url: string, host: string, body: string): Promise<number> {
  const start = performance.now();
  await begin();
  for (;;) {
    const answered = await request(url, {
      method: 'POST',
      headers: { host, 'content-type': 'application/json' },
      body,
    }).then(
      async (response) => {
        await response.body.dump();
        return response.statusCode === 200;
      },
      () => false,
    );
    if (answered) return performance.now() - start;
    await sleep(5);
  }
}

async function untilGone(platform: BenchPlatform): Promise<void> {
  while ((await platform.client.list(pods, { namespace: 'default' })).items.length > 0) await sleep(50);
}

/** Milliseconds from starting the model server's program on the file until its first prediction. */
async function startBareServer(modelStore: string, body: string): Promise<number> {
  const program = fileURLToPath(import.meta.resolve('@serval/server/main'));
  const args = [`--model_name=${name}`, `--model_dir=${modelStore}/model.json`, '--http_port=8080'];
  const port = 20_000 + Math.floor(Math.random() * 20_000);
  let child: ReturnType<typeof spawn> | undefined;
  const elapsed = await untilAnswered(
    async () => {
      child = spawn(process.execPath, ['-C', '@serval/source', program, ...args], {
        stdio: ['ignore', 'ignore', 'inherit'],
        env: { PATH: process.env['PATH'], SERVAL_POD_ADDRESS: '127.0.0.1', SERVAL_PORT_8080: `${port}` },
      });
    },
    `http://127.0.0.1:${port}/v1/models/${name}:predict`,
    `127.0.0.1:${port}`,
    body,
  );
  child?.kill('SIGTERM');
  return elapsed;
}
