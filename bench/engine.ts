import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Client } from '@serval/kube/client';
import { type ConfigMap, configMaps } from '@serval/kube/objects';
import { cpuSeconds, proportionalBytes } from './at-rest.ts';
import type { BenchPlatform } from './platform.ts';
import type { Row } from './table.ts';

const durationMs = 5_000;
const clients = 32;
const watchers = 50;
/** 1.2 KB objects, as the reference figures of kube-apiserver were taken with. */
const payload = 'x'.repeat(900);

/** As many objects as the reference figure of kube-apiserver's memory was taken with. */
const storedObjects = 12_000;
const churnedWrites = 20_000;

/**
 * Durable creates per second over TLS, alone and side by side; how fast watch events fan out; what objects weigh. The load comes
 * from this process, over the client that the platform's own parts use.
 */
export async function benchEngine(platform: BenchPlatform): Promise<Row[]> {
  const { client, pid } = platform;
  const commits = await sqliteCommitsPerSecond();
  const reference = 'SQLite commits of one row (WAL, FULL)';
  // What is measured is the steady state, not the compiler.
  await createMany(client, 'warm', 500);
  const bytesPerObject = await weigh(platform);
  const serial = await writesPerSecond(client, 1, 'serial');
  const cpuBefore = await cpuSeconds(pid);
  const parallel = await writesPerSecond(client, clients, 'parallel');
  const cpu = (await cpuSeconds(pid)) - cpuBefore;
  const fanOut = await watched(client);
  const churned = await churn(platform);
  return [
    { what: 'engine, one client', unit: 'writes/s', ours: serial.perSecond, reference, referenceValue: commits },
    {
      what: `engine, ${clients} clients`,
      unit: 'writes/s',
      ours: parallel.perSecond,
      reference,
      referenceValue: commits,
    },
    {
      what: 'processor time of the platform per write',
      unit: 'µs',
      ours: (cpu / parallel.written) * 1e6,
      reference: '-',
    },
    {
      what: `engine, ${clients} clients, ${watchers} watchers`,
      unit: 'writes/s',
      ours: fanOut.writes,
      reference: 'the same without watchers',
      referenceValue: parallel.perSecond,
    },
    { what: `watch events to ${watchers} watchers`, unit: 'events/s', ours: fanOut.events, reference: '-' },
    {
      what: 'memory per stored object, whole platform',
      unit: 'KiB',
      ours: bytesPerObject / 1024,
      reference: 'the object as JSON',
      referenceValue: (await objectBytes(client)) / 1024,
    },
    {
      what: `store on disk after ${churnedWrites} updates of ${clients} objects`,
      unit: 'MiB growth',
      ours: churned.growth / 2 ** 20,
      reference: 'what was written, as JSON',
      referenceValue: churned.written / 2 ** 20,
    },
  ];
}

async function createMany(client: Client, prefix: string, count: number): Promise<void> {
  let next = 0;
  const work = async () => {
    while (next < count) await client.create(configMaps, configMap(`${prefix}-${next++}`));
  };
  await Promise.all(Array.from({ length: clients }, work));
}

/** Memory that the platform grew by per object. Garbage not yet collected counts: the system sees it too. */
async function weigh({ client, pid }: BenchPlatform): Promise<number> {
  const before = await proportionalBytes(pid);
  await createMany(client, 'stored', storedObjects);
  return ((await proportionalBytes(pid)) - before) / storedObjects;
}

async function objectBytes(client: Client): Promise<number> {
  return JSON.stringify(await client.get(configMaps, { namespace: 'default', name: 'stored-0' })).length;
}

/** Updates a few objects over and over; the history of the store is bounded, and so must its files be. */
async function churn({ client, dataDir }: BenchPlatform): Promise<{ growth: number; written: number }> {
  const before = await storeBytes(dataDir);
  let left = churnedWrites;
  let written = 0;
  const work = async (_: unknown, worker: number) => {
    let object = await client.create(configMaps, configMap(`churned-${worker}`));
    while (left-- > 0) {
      object = await client.update(configMaps, { ...object, data: { payload, left: String(left) } });
      written += JSON.stringify(object).length;
    }
  };
  await Promise.all(Array.from({ length: clients }, work));
  return { growth: (await storeBytes(dataDir)) - before, written };
}

async function storeBytes(dataDir: string): Promise<number> {
  const sizes = ['revisions.db', 'revisions.db-wal'].map((name) => stat(join(dataDir, 'engine', name)));
  return (await Promise.all(sizes)).reduce((sum, { size }) => sum + size, 0);
}

async function writesPerSecond(client: Client, workers: number, prefix: string) {
  let written = 0;
  const begin = performance.now();
  await Promise.all(
    Array.from({ length: workers }, async (_, worker) => {
      for (let count = 0; performance.now() - begin < durationMs; count++) {
        await client.create(configMaps, configMap(`${prefix}-${worker}-${count}`));
        written++;
      }
    }),
  );
  return { written, perSecond: written / ((performance.now() - begin) / 1000) };
}

async function watched(client: Client): Promise<{ writes: number; events: number }> {
  const stop = new AbortController();
  const { metadata } = await client.list(configMaps, { namespace: 'default', limit: 1 });
  let events = 0;
  const path = `/api/v1/namespaces/default/configmaps?watch=true&resourceVersion=${metadata.resourceVersion}`;
  // Lines are counted, not parsed: fifty parsers in this one process would be what is measured.
  const watching = Array.from({ length: watchers }, async () => {
    const { body } = await client.request({ method: 'GET', path, signal: stop.signal });
    for await (const chunk of body) {
      for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, end + 1)) events++;
    }
  });
  const begin = performance.now();
  const { perSecond: writes } = await writesPerSecond(client, clients, 'watched');
  const seconds = (performance.now() - begin) / 1000;
  const seen = events / seconds;
  stop.abort();
  await Promise.allSettled(watching);
  return { writes, events: seen };
}

function configMap(name: string): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data: { payload } };
}

/** The floor: one durable commit of a row of the same size after the other, with nothing around it. */
async function sqliteCommitsPerSecond(): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'serval-bench-'));
  const database = new DatabaseSync(join(folder, 'bench.db'));
  database.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t (value TEXT)');
  const insert = database.prepare('INSERT INTO t VALUES (?)');
  const begin = performance.now();
  let commits = 0;
  while (performance.now() - begin < 2_000) {
    insert.run(payload);
    commits++;
  }
  const rate = commits / ((performance.now() - begin) / 1000);
  database.close();
  await rm(folder, { recursive: true });
  return rate;
}
