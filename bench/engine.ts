import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Client } from '@serval/kube/client';
import { type ConfigMap, configMaps } from '@serval/kube/objects';
import type { BenchPlatform } from './platform.ts';
import type { Row } from './table.ts';

const durationMs = 5_000;
const clients = 32;
const watchers = 50;
/** 1.2 KB objects, as the reference figures of kube-apiserver were taken with. */
const payload = 'x'.repeat(900);

/** Durable creates per second over TLS, alone and side by side, and how fast watch events fan out. */
export async function benchEngine({ client }: BenchPlatform): Promise<Row[]> {
  const commits = await sqliteCommitsPerSecond();
  const reference = 'SQLite commits of one row (WAL, FULL)';
  const serial = await writesPerSecond(client, 1, 'serial');
  const parallel = await writesPerSecond(client, clients, 'parallel');
  const fanOut = await watched(client);
  return [
    { what: 'engine, one client', unit: 'writes/s', ours: serial, reference, referenceValue: commits },
    { what: `engine, ${clients} clients`, unit: 'writes/s', ours: parallel, reference, referenceValue: commits },
    {
      what: `engine, ${clients} clients, ${watchers} watchers`,
      unit: 'writes/s',
      ours: fanOut.writes,
      reference: 'the same without watchers',
      referenceValue: parallel,
    },
    { what: `watch events to ${watchers} watchers`, unit: 'events/s', ours: fanOut.events, reference: '-' },
  ];
}

async function writesPerSecond(client: Client, workers: number, prefix: string): Promise<number> {
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
  return written / ((performance.now() - begin) / 1000);
}

async function watched(client: Client): Promise<{ writes: number; events: number }> {
  const stop = new AbortController();
  const { metadata } = await client.list(configMaps, { namespace: 'default', limit: 1 });
  let events = 0;
  const watching = Array.from({ length: watchers }, async () => {
    const options = { namespace: 'default', resourceVersion: metadata.resourceVersion ?? '', signal: stop.signal };
    for await (const event of client.watch(configMaps, options)) if (event.type === 'ADDED') events++;
  });
  const begin = performance.now();
  const writes = await writesPerSecond(client, clients, 'watched');
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
