import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import {
  type InferenceService,
  inferenceServices,
  type Pipeline,
  type PlatformDefaults,
  pipelines,
  platformDefaults,
} from '@serval/api';
import type { Client } from '@serval/kube/client';
import { findCondition, isStatusError, namespaces, secrets } from '@serval/kube/objects';
import { eventually } from '../support/eventually.ts';
import { createShiftedClock } from './program/shifted-clock.ts';
import { startTestPlatform, type TestPlatform, type TestPlatformOptions } from './support.ts';

export const projectedName = 'serval-pull-credentials';
const sentinel = 'SENTINEL';

export type Rig = TestPlatform & { passes(seconds: number): void };

export async function start(
  t: TestContext,
  options: Pick<TestPlatformOptions, 'credentialNamespaces'> = {},
): Promise<Rig> {
  const clock = createShiftedClock(0);
  const platform = await startTestPlatform(t, { ...options, clock });
  for (const name of ['team-a', 'team-b', 'fraud-dev', 'fraud-prod', 'elsewhere']) {
    await platform.client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  return { ...platform, passes: (seconds) => clock.advance(seconds * 1000) };
}

/** @param keys  by host: which password, so that it can be told whose it is */
export async function pullSecret(
  client: Client,
  namespace: string,
  name: string,
  keys: Readonly<Record<string, string>>,
) {
  const auths = Object.entries(keys).map(([key, user]) => [key, { username: user, password: `${sentinel}-${user}` }]);
  const content = JSON.stringify({ auths: Object.fromEntries(auths) });
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace, name },
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': Buffer.from(content).toString('base64') },
  };
  return await client.apply(secrets, secret, { force: true });
}

export async function setDefaults(client: Client, entries: Readonly<Record<string, string>>) {
  const list = Object.entries(entries).map(([match, name]) => ({ match, secretRef: { name } }));
  await client.apply(
    platformDefaults,
    {
      apiVersion: 'platform.serval.dev/v1alpha1',
      kind: 'PlatformDefaults',
      metadata: { name: 'default' },
      spec: { registryCredentials: { entries: list } },
    } as PlatformDefaults,
    { force: true },
  );
}

type References = Readonly<Record<string, { name: string; namespace?: string }>>;

export async function pipeline(
  client: Client,
  namespace: string,
  stages: Readonly<Record<string, string>>,
  entries: References,
) {
  const object = {
    apiVersion: 'platform.serval.dev/v1alpha1',
    kind: 'Pipeline',
    metadata: { namespace, name: 'fraud' },
    spec: {
      stages: Object.entries(stages).map(([name, stageNamespace]) => ({ name, namespace: stageNamespace })),
      registryCredentials: { entries: Object.entries(entries).map(([match, secretRef]) => ({ match, secretRef })) },
    },
  };
  return await client.apply(pipelines, object as Pipeline, { force: true });
}

/** A service whose container has the image; nothing runs it. */
export async function serve(client: Client, namespace: string, image: string) {
  await client.create(inferenceServices, {
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    metadata: { namespace, name: 'scorer' },
    spec: { predictor: { containers: [{ name: 'kserve-container', image }] } },
  } as InferenceService);
}

/** The keys of the projected Secret with their users, once one of them is the user. */
export async function projected(client: Client, namespace: string, user: string) {
  return await eventually(async () => {
    const secret = await client.get(secrets, { namespace, name: projectedName });
    const { auths } = JSON.parse(Buffer.from(secret.data?.['.dockerconfigjson'] ?? '', 'base64').toString());
    const users = Object.entries(auths as Record<string, { username: string }>).map(([key, { username }]) => [
      key,
      username,
    ]);
    assert.ok(
      users.some(([, one]) => one === user),
      JSON.stringify(users),
    );
    return Object.fromEntries(users) as Record<string, string>;
  });
}

export async function pipelineWhen(
  client: Client,
  type: string,
  wanted: string,
  reason?: string,
  namespace = 'team-a',
) {
  return await eventually(async () => {
    const { status } = await client.get(pipelines, { namespace, name: 'fraud' });
    const condition = findCondition(status?.conditions, type);
    assert.ok(
      condition?.status === wanted && (!reason || condition.reason === reason),
      JSON.stringify(status, null, 1),
    );
    return status ?? {};
  });
}

export async function isGone(asked: Promise<unknown>): Promise<boolean> {
  return await asked.then(
    () => false,
    (error: unknown) => isStatusError(error, 'NotFound'),
  );
}

export async function gone(asked: Promise<unknown>): Promise<void> {
  assert.ok(await isGone(asked));
}

/** Whatever is looked at again, nothing is written. */
export async function staysQuiet({ writes, passes }: Rig): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  const before = writes.length;
  passes(61);
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  assert.deepEqual(writes.slice(before), []);
}
