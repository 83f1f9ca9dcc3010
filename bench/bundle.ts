import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { customResourceDefinitions, type InferenceService, inferenceServices } from '@serval/api';
import { startEngine } from '@serval/engine';
import { createAuthority } from '@serval/kube/certificates';
import { type Client, createClient, discoverResources, silentLog } from '@serval/kube/client';
import {
  type AnyObject,
  apiVersionOf,
  configMaps,
  isStatusError,
  type JsonObject,
  namespaces,
  type Resource,
} from '@serval/kube/objects';
import { type Operator, startOperator } from '@serval/operator';
import { defaultNamespace, platformObjects } from '@serval/operator/declarations';
import type { Row } from './table.ts';

const inUse = Number(process.env['SERVAL_BENCH_NAMESPACES'] ?? 500);
const unused = Math.round(inUse / 5);
const servicesEach = 20;
const writers = 16;
const quietMs = 5_000;
const observedMs = 20_000;
const source = { namespace: defaultNamespace, name: 'company-ca' };
const copyName = 'global-ca-bundle';
const key = 'cabundle.crt';

interface Counted {
  reads: number;
  writes: number;
  /** Of ConfigMaps, which the bundle's copies are. */
  copies: number;
}

/**
 * One global bundle for 500 namespaces of 20 services each, with a fifth as many namespaces that need none: how long until all is settled, what is
 * written then, and what one rotation writes; beside a copy into every namespace, and a look at the copy at every reconcile. Engine and operator in
 * this process, and no node.
 */
export async function benchBundle(): Promise<Row[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'serval-bench-bundle-'));
  let operator: Operator | undefined;
  const engine = await startEngine({
    dataDir,
    log: silentLog,
    callService: async ({ path }, body) => (await operator?.webhooks(path, body)) as unknown as JsonObject,
  });
  const counted: Counted = { reads: 0, writes: 0, copies: 0 };
  const client = createClient({ transport: engine.handle, fieldManager: 'bench' });
  try {
    await install(client);
    const counting = createClient({
      fieldManager: 'serval',
      transport: (request) => {
        const isWrite = request.method !== 'GET';
        counted[isWrite ? 'writes' : 'reads'] += 1;
        if (isWrite && request.path.includes('/configmaps')) counted.copies += 1;
        return engine.handle(request);
      },
    });
    operator = startOperator({ client: counting, log: silentLog });
    await operator.ready;
    const used = Array.from({ length: inUse }, (_, index) => `used-${index}`);
    const all = [...used, ...Array.from({ length: unused }, (_, index) => `unused-${index}`)];
    await each(all, (name) => client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }));
    const begin = performance.now();
    const services = used.flatMap((namespace) =>
      Array.from({ length: servicesEach }, (_, index) => ({ namespace, name: `iris-${index}` })),
    );
    await each(services, (metadata) => client.create(inferenceServices, serviceAt(metadata)));
    const settledMs = (await quiet(counted)) - begin;
    const created = counted.copies;
    const rest = { ...counted };
    await sleep(observedMs);
    const atRest = counted.writes - rest.writes;

    const rotation = { ...counted };
    const rotated = performance.now();
    await setSource(client, 'second');
    const spreadMs = (await quiet(counted)) - rotated;
    const rss = process.memoryUsage.rss() / 2 ** 20;
    const writes = counted.writes - rotation.writes;
    await operator.close();

    const everywhere = await copyEverywhere(client, all);
    const perReconcile = await lookPerReconcile(client, services);
    const rows: Row[] = [
      { what: `${inUse} × ${servicesEach} services until settled`, unit: 's', ours: settledMs / 1000, reference: '-' },
      {
        what: 'copies that are there',
        unit: '',
        ours: created,
        reference: 'a copy in every namespace',
        referenceValue: all.length,
      },
      { what: `writes at rest, in ${observedMs / 1000} s`, unit: '', ours: atRest, reference: '-' },
      {
        what: 'writes of one rotation',
        unit: '',
        ours: writes,
        reference: 'a copy in every namespace',
        referenceValue: everywhere.writes,
      },
      {
        what: 'until the rotation is everywhere',
        unit: 's',
        ours: spreadMs / 1000,
        reference: 'a copy in every namespace',
        referenceValue: everywhere.seconds,
      },
      {
        what: 'requests of one rotation',
        unit: '',
        ours: writes + counted.reads - rotation.reads,
        reference: 'a look at every reconcile',
        referenceValue: perReconcile.requests,
      },
      { what: 'memory, engine and operator in one process (RSS)', unit: 'MB', ours: rss, reference: '-' },
    ];
    return rows;
  } finally {
    await operator?.close();
    await engine.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function install(client: Client): Promise<void> {
  let served = await discoverResources(client);
  const resourceOf = async ({ apiVersion, kind }: AnyObject): Promise<Resource<AnyObject>> => {
    const find = () => served.find((found) => found.kind === kind && apiVersionOf(found) === apiVersion);
    if (!find()) served = await discoverResources(client);
    return find() as Resource<AnyObject>;
  };
  for (const object of platformObjects({ gatewayPort: 18080 }) as AnyObject[]) {
    await client.apply(
      object.kind === customResourceDefinitions.kind ? (customResourceDefinitions as never) : await resourceOf(object),
      object,
      { force: true },
    );
  }
  await setSource(client, 'first');
  const config = { namespace: defaultNamespace, name: 'inferenceservice-config' };
  const storageInitializer = JSON.stringify({ caBundleConfigMapName: source.name });
  await client.patch(configMaps, config, 'merge', { data: { storageInitializer } });
}

async function setSource(client: Client, name: string): Promise<void> {
  const { certificate } = await createAuthority(name, Date.now());
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: source, data: { [key]: certificate } };
  await client.apply(configMaps, object, { force: true });
}

function serviceAt(metadata: { namespace: string; name: string }): InferenceService {
  const predictor = { model: { modelFormat: { name: 'xgboost' }, storageUri: 's3://models/iris' } };
  return { apiVersion: 'serving.kserve.io/v1beta1', kind: 'InferenceService', metadata, spec: { predictor } };
}

/** When the last write was, once nothing has been written for a while. */
async function quiet(counted: Counted): Promise<number> {
  let seen = counted.writes;
  let at = performance.now();
  while (performance.now() - at < quietMs) {
    await sleep(50);
    if (counted.writes === seen) continue;
    seen = counted.writes;
    at = performance.now();
  }
  return at;
}

/** What a controller does that copies into every namespace there is, as trust bundles are often handed on. */
async function copyEverywhere(client: Client, all: readonly string[]) {
  const data = (await client.get(configMaps, source)).data ?? {};
  const begin = performance.now();
  await each(all, (namespace) =>
    client.apply(
      configMaps,
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name: 'everywhere' }, data },
      { force: true },
    ),
  );
  return { writes: all.length, seconds: (performance.now() - begin) / 1000 };
}

/**
 * What KServe's reconciler does at each reconcile of each service: it reads the configuration, the bundle and the copy, and writes the copy when it
 * differs. (It does not look when only the bundle changed; here every service is reconciled once, as when the controller starts anew.)
 */
async function lookPerReconcile(client: Client, services: readonly { namespace: string }[]) {
  await setSource(client, 'third');
  let requests = 0;
  const begin = performance.now();
  await each(services, async ({ namespace }) => {
    requests += 3;
    await client.get(configMaps, { namespace: defaultNamespace, name: 'inferenceservice-config' });
    const { data = {} } = await client.get(configMaps, source);
    const copy = await client.get(configMaps, { namespace, name: copyName });
    if (copy.data?.[key] === data[key]) return;
    requests += 1;
    await client.update(configMaps, { ...copy, data }).catch((error: unknown) => {
      // Another service of the namespace was faster.
      if (!isStatusError(error, 'Conflict')) throw error;
    });
  });
  return { requests, seconds: (performance.now() - begin) / 1000 };
}

async function each<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < items.length) await work(items[next++] as T);
  };
  await Promise.all(Array.from({ length: writers }, worker));
}
