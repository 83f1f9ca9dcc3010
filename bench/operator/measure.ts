import { type InferenceService, inferenceServices } from '@serval/api';
import type { Client } from '@serval/kube/client';
import { type KubeObject, keyOf } from '@serval/kube/objects';
import { serviceLabel } from '@serval/operator/declarations';
import { eventually } from '../../test/support/eventually.ts';
import type { ApiServer } from './api-server.ts';
import { type Counts, since, writesOf } from './audit.ts';
import { type BenchedOperator, installOperator } from './platform.ts';
import { acceptRoute, runDeployment } from './player.ts';
import { quiet } from './program.ts';
import { hasStatus, isReady, type World, watchWorld } from './world.ts';

export interface MeasureOptions {
  /** InferenceServices created at once. */
  readonly services: number;
  /** How long nothing is written before all is taken as settled. */
  readonly quietMs: number;
  /** How long writes at rest are counted. */
  readonly restMs: number;
  readonly nodeOptions?: readonly string[];
  /** Services that are made ready side by side. Default 32. */
  readonly playedAtOnce?: number;
  /** Told of each part that begins. */
  readonly progress?: (what: string) => void;
}

/** Requests of the operator in one part of the run. */
interface Part {
  /** Until the last object that the part waits for was there. */
  readonly seconds?: number;
  readonly requests: Counts;
}

export interface Measured {
  readonly apiServer: string;
  readonly services: number;
  readonly children: number;
  /** Services with as many children as all others and a status of their present generation. */
  readonly complete: number;
  readonly ready: number;
  readonly created: Part & { readonly acceptedSeconds: number; readonly statusSeconds: number };
  readonly rest: Part;
  readonly life: Part;
  readonly restAgain: Part;
  readonly restart: Part & { readonly changedObjects: number };
  /** MiB resident, and the most there was by then. */
  readonly memory: Readonly<Record<'atStart' | 'created' | 'ready' | 'restarted', { now: number; peak: number }>>;
  readonly failures: Counts;
}

const writers = 32;
const namespaceCount = 20;
const limitMs = 30 * 60_000;

/**
 * The whole life of many services under one operator: created at once, at rest, made ready by what stands in for controllers,
 * kubelet and gateway, at rest again, and the operator started anew.
 */
export async function measureOperator(server: ApiServer, options: MeasureOptions): Promise<Measured> {
  const ending = new AbortController();
  const { client } = server;
  const tell = options.progress ?? (() => {});
  let operator: BenchedOperator | undefined;
  try {
    operator = await installOperator(server, options.nodeOptions);
    const { audit } = operator;
    const running = operator;
    const world = watchWorld(client, ending.signal);
    await world.synced;
    const targets = await namesOf(server, options.services);
    await settled(operator, options.quietMs);
    const memory = { atStart: await running.program().memory() };

    tell('creating');
    let before = audit.counts();
    let begin = performance.now();
    const seconds = (at: number) => (at - begin) / 1000;
    await each(targets, (metadata) => client.create(inferenceServices, serviceAt(metadata)));
    const accepted = performance.now();
    await until(world, options.services, hasStatus);
    await settled(operator, options.quietMs);
    const created = {
      acceptedSeconds: seconds(accepted),
      seconds: seconds(world.lastChildAt),
      statusSeconds: seconds(world.lastStatusAt),
      requests: since(before, audit.counts()),
    };
    const memoryCreated = await running.program().memory();

    const atRest = async (): Promise<Part> => {
      tell('at rest');
      const counted = audit.counts();
      await new Promise((resolve) => setTimeout(resolve, options.restMs));
      return { seconds: options.restMs / 1000, requests: since(counted, audit.counts()) };
    };
    const rest = await atRest();

    tell('made ready');
    before = audit.counts();
    begin = performance.now();
    await play(client, world, options.playedAtOnce);
    await until(world, options.services, isReady);
    await settled(operator, options.quietMs);
    const life = { seconds: seconds(world.lastStatusAt), requests: since(before, audit.counts()) };
    const memoryReady = await running.program().memory();
    const restAgain = await atRest();

    tell('started anew');
    const versions = versionsOf(world);
    before = audit.counts();
    begin = performance.now();
    await operator.restart();
    await settled(operator, options.quietMs);
    const changedObjects = differences(versions, versionsOf(world));
    const restart = { requests: since(before, audit.counts()), changedObjects };
    return {
      apiServer: server.name,
      services: options.services,
      children: world.childCount(),
      complete: completeOf(world),
      ready: world.services.list().filter(isReady).length,
      created,
      rest,
      life,
      restAgain,
      restart,
      memory: {
        ...memory,
        created: memoryCreated,
        ready: memoryReady,
        restarted: await running.program().memory(),
      },
      failures: audit.failures(),
    };
  } finally {
    ending.abort();
    await operator?.close();
  }
}

async function settled(operator: BenchedOperator, quietMs: number): Promise<void> {
  const writes = () => Object.entries(writesOf(operator.audit.counts())).filter(([key]) => !key.endsWith(' leases'));
  await quiet(() => writes().reduce((sum, [, value]) => sum + value, 0), quietMs);
}

async function until(world: World, services: number, is: (service: InferenceService) => boolean): Promise<void> {
  await eventually(async () => {
    const found = world.services.list().filter(is).length;
    if (found < services) throw new Error(`${found} of ${services} services came so far`);
  }, limitMs);
}

/** Service by service: what is written of one comes within moments, as it does where only one is made. */
async function play(client: Client, { deployments, routes }: World, atOnce?: number): Promise<void> {
  const ownerOf = ({ metadata }: KubeObject) => `${metadata.namespace} ${metadata.labels?.[serviceLabel]}`;
  const routesOf = Map.groupBy(routes.list(), ownerOf);
  await each(
    deployments.list(),
    async (deployment) => {
      for (const route of routesOf.get(ownerOf(deployment)) ?? []) await acceptRoute(client, route);
      await runDeployment(client, deployment);
    },
    atOnce,
  );
}

async function namesOf(server: ApiServer, count: number): Promise<{ namespace: string; name: string }[]> {
  const names = Array.from({ length: Math.min(namespaceCount, count) }, (_, index) => `bench-${index}`);
  for (const name of names) await server.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  return Array.from({ length: count }, (_, index) => ({
    namespace: names[index % names.length] as string,
    name: `iris-${index}`,
  }));
}

function serviceAt(metadata: { namespace: string; name: string }): InferenceService {
  const predictor = { model: { modelFormat: { name: 'xgboost' }, storageUri: 's3://models/iris' } };
  return { apiVersion: 'serving.kserve.io/v1beta1', kind: 'InferenceService', metadata, spec: { predictor } };
}

/** How many services have a status and the same number of children as the one with the most. */
function completeOf({ services, children }: World): number {
  const counts = new Map<string, number>();
  for (const { metadata } of children.flatMap(({ list }) => list())) {
    const owner = metadata.ownerReferences?.find(({ kind }) => kind === 'InferenceService');
    const key = keyOf({ namespace: metadata.namespace, name: owner?.name });
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const most = Math.max(...counts.values());
  return services.list().filter((service) => hasStatus(service) && counts.get(keyOf(service.metadata)) === most).length;
}

/** Of services and children: a write of any kind changes the version. */
function versionsOf({ services, children }: World): Map<string, string> {
  const all = [services as unknown as (typeof children)[number], ...children];
  return new Map(
    all.flatMap(({ resource, list }) =>
      list().map(
        ({ metadata }: KubeObject) =>
          [`${resource.plural} ${keyOf(metadata)}`, `${metadata.uid} ${metadata.resourceVersion}`] as const,
      ),
    ),
  );
}

function differences(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): number {
  const gone = [...before.keys()].filter((key) => !after.has(key)).length;
  return gone + [...after].filter(([key, version]) => before.get(key) !== version).length;
}

async function each<T>(items: readonly T[], work: (item: T) => Promise<unknown>, atOnce = writers): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < items.length) await work(items[next++] as T);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
