import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  defaultCredentialNamespace,
  type Pipeline,
  type PlatformDefaults,
  pipelines,
  platformDefaults,
} from '@serval/api';
import { type Client, createReflector, type Reflector, silentLog } from '@serval/kube/client';
import { type Deployment, deployments, namespaces, type Secret, secrets } from '@serval/kube/objects';
import { serviceLabel } from '@serval/operator/declarations';
import { eventually } from '../../test/support/eventually.ts';
import type { ApiServer } from '../operator/api-server.ts';
import { type Counts, since, writesOf } from '../operator/audit.ts';
import { type BenchedOperator, installOperator } from '../operator/platform.ts';
import { quiet } from '../operator/program.ts';
import { startCopies } from './copies/start.ts';
import type { CopiesTold } from './copies/told.ts';
import { each } from './each.ts';
import { pullSecret } from './pull-secret.ts';

export interface PipelineSizes {
  readonly pipelines: number;
  /** Of each pipeline. */
  readonly stages: number;
  /** Of each stage: Deployments with the labels of a service, as the projection looks at nothing else of it. */
  readonly services: number;
  readonly restMs: number;
  readonly progress: (what: string) => void;
}

interface Part {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly requests: Counts;
}

export interface MeasuredPipelines {
  readonly pipelines: number;
  readonly services: number;
  readonly namespaces: number;
  readonly rest: Part;
  readonly rotation: Part;
  /** Ours as well, but one Secret for every service. */
  readonly copies: CopiesTold & { readonly seconds: number };
  /** MiB resident. */
  readonly memory: { readonly rest: number; readonly rotated: number; readonly peak: number };
}

/** The Secret of the platform's default. */
const everybody = { namespace: defaultCredentialNamespace, name: 'everybody' };
const projectedName = 'serval-pull-credentials';
const limitMs = 30 * 60_000;
/** `getconf CLK_TCK` on Linux. */
const ticksPerSecond = 100;

export async function measurePipelines(server: ApiServer, sizes: PipelineSizes): Promise<MeasuredPipelines> {
  const ending = new AbortController();
  const { client } = server;
  const { progress, restMs } = sizes;
  const operator = await installOperator(server);
  const { audit } = operator;
  try {
    const stageNames = Array.from({ length: sizes.pipelines * sizes.stages }, (_, index) => `stage-${index}`);
    const projected = createReflector<Secret>({
      client,
      signal: ending.signal,
      log: silentLog,
      resource: secrets,
      fieldSelector: `metadata.name=${projectedName}`,
    });
    progress('creating');
    await server.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } });
    await rotate(client, 'first');
    await client.create(platformDefaults, defaults());
    await each(stageNames, (name) => makeStage(client, name, sizes.services));
    await each([...Array(sizes.pipelines).keys()], (index) =>
      client.create(pipelines, pipelineAt(index, sizes.stages)),
    );
    await untilAll(projected, 'first', stageNames.length);
    await settled(operator);

    const part = async (work: () => Promise<number>): Promise<Part> => {
      const before = audit.counts();
      const cpu = await cpuOf(operator);
      const seconds = await work();
      return {
        seconds,
        cpuSeconds: (await cpuOf(operator)) - cpu,
        requests: withoutLeases(since(before, audit.counts())),
      };
    };
    progress('at rest');
    const rest = await part(async () => {
      await sleep(restMs);
      return restMs / 1000;
    });
    const atRest = await operator.program().memory();

    progress('rotating the default');
    const rotation = await part(async () => {
      const begin = performance.now();
      await rotate(client, 'second');
      await untilAll(projected, 'second', stageNames.length);
      const seconds = (performance.now() - begin) / 1000;
      await settled(operator);
      return seconds;
    });
    const rotated = await operator.program().memory();

    progress('rotating a copy for every service');
    await operator.program().stop();
    const copies = await rotateCopies(client, operator.administrator, stageNames.length, sizes.services);
    return {
      pipelines: sizes.pipelines,
      services: sizes.services,
      namespaces: stageNames.length,
      rest,
      rotation,
      copies,
      memory: { rest: atRest.now, rotated: rotated.now, peak: rotated.peak },
    };
  } finally {
    ending.abort();
    await operator.close();
  }
}

/** The same rotation by a process that keeps a copy for every service. */
async function rotateCopies(
  client: Client,
  kubeconfig: string,
  namespaces: number,
  services: number,
): Promise<CopiesTold & { seconds: number }> {
  const program = await startCopies(kubeconfig, everybody, namespaces, services);
  try {
    await program.converged();
    const begin = performance.now();
    await rotate(client, 'third');
    const told = await program.converged();
    return { ...told, seconds: (performance.now() - begin) / 1000 };
  } finally {
    await program.stop();
  }
}

async function makeStage(client: Client, name: string, services: number): Promise<void> {
  await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  for (let index = 0; index < services; index += 1) {
    const labels = { [serviceLabel]: `service-${index}`, app: `service-${index}` };
    const template = {
      metadata: { labels },
      spec: { containers: [{ name: 'kserve-container', image: 'ghcr.io/acme/scorer:1' }] },
    };
    const spec = { replicas: 0, selector: { matchLabels: labels }, template };
    const metadata = { namespace: name, name: `service-${index}-predictor`, labels };
    await client.create(deployments, { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec } as Deployment);
  }
}

async function rotate(client: Client, user: string): Promise<void> {
  await client.apply(secrets, { ...pullSecret(user), metadata: everybody }, { force: true });
}

function defaults(): PlatformDefaults {
  const entries = [{ match: 'ghcr.io', secretRef: { name: 'everybody' } }];
  const apiVersion = 'platform.serval.dev/v1alpha1';
  return {
    apiVersion,
    kind: 'PlatformDefaults',
    metadata: { name: 'default' },
    spec: { registryCredentials: { entries } },
  };
}

function pipelineAt(index: number, stages: number): Pipeline {
  const list = Array.from({ length: stages }, (_, at) => ({
    name: `s${at}`,
    namespace: `stage-${index * stages + at}`,
  }));
  const metadata = { namespace: 'default', name: `pipeline-${index}` };
  return { apiVersion: 'platform.serval.dev/v1alpha1', kind: 'Pipeline', metadata, spec: { stages: list } };
}

async function untilAll(projected: Reflector<Secret>, user: string, count: number): Promise<void> {
  await eventually(async () => {
    const right = projected.list().filter(({ data }) => userOf(data?.['.dockerconfigjson']) === user).length;
    if (right < count) throw new Error(`${right} of ${count} namespaces came so far`);
  }, limitMs);
}

function userOf(content: string | undefined): string | undefined {
  if (content === undefined) return undefined;
  return JSON.parse(Buffer.from(content, 'base64').toString()).auths['ghcr.io']?.username;
}

async function settled(operator: BenchedOperator): Promise<void> {
  const writes = () => Object.values(withoutLeases(writesOf(operator.audit.counts()))).reduce((a, b) => a + b, 0);
  await quiet(writes, 5_000);
}

function withoutLeases(counts: Counts): Counts {
  return Object.fromEntries(Object.entries(counts).filter(([key]) => !key.endsWith(' leases')));
}

/** User and system time of the operator's process, in seconds (proc(5), fields 14 and 15). */
async function cpuOf(operator: BenchedOperator): Promise<number> {
  const text = await readFile(`/proc/${operator.program().pid}/stat`, 'utf8').catch(() => '');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / ticksPerSecond;
}
