import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Client, Transport } from '@serval/kube/client';
import { secrets } from '@serval/kube/objects';
import { viewsOfAll } from '../../support/api-views.ts';
import { eventually } from '../../support/eventually.ts';
import { type RunningPlatform, serval } from '../../support/serval.ts';
import { type Credential, sentinels } from './values.ts';

export interface World {
  readonly t: TestContext;
  readonly up: RunningPlatform;
  readonly client: Client;
  readonly transport: Transport;
  /** `HOST:PORT` of what refuses every request and quotes it. */
  readonly host: string;
  /** Lets the quoting server hand out a model, or not any more. */
  readonly admit: (isAdmitted: boolean) => void;
  /** What commands and API servers said so far. */
  readonly said: { where: string; text: string }[];
}

/** Every view of every object, the files of the platform, and what was said. */
export async function search({ up, transport, said }: World): Promise<string[]> {
  const views = await viewsOfAll(transport, AbortSignal.timeout(30_000));
  assert.ok(views.length > 200, `${views.length} views`);
  const output = { where: 'output of the platform', text: up.output() };
  const all = [...views, ...(await filesOf(up.dataDir)), ...said, output];
  return all.flatMap(({ where, text }) => sentinels.in(text).map((what) => `${what} in ${where}`));
}

/** But the database, which holds the Secrets themselves, and the volumes that they are mounted as. */
export async function filesOf(dataDir: string): Promise<{ where: string; text: string }[]> {
  const files = await readdir(dataDir, { recursive: true, withFileTypes: true });
  return await Promise.all(
    files
      .filter((file) => file.isFile())
      .map((file) => join(file.parentPath, file.name))
      .filter((path) => !/\/(?:engine|etcd|store)[^/]*\.(?:db|sqlite)|\.db(?:-wal|-shm)?$|\/volumes\//.test(path))
      .map(async (path) => ({ where: path, text: await readFile(path, 'utf8').catch(() => '') })),
  );
}

/** Whom the projected Secret names. */
export async function projects({ client }: World, host: string, { user }: Credential): Promise<void> {
  await eventually(async () => {
    const secret = await client.get(secrets, { namespace: 'fraud-dev', name: 'serval-pull-credentials' });
    const { auths } = JSON.parse(Buffer.from(secret.data?.['.dockerconfigjson'] ?? '', 'base64').toString());
    assert.equal(auths[host]?.username, user);
  });
}

export async function putSecret({ client }: World, namespace: string, name: string, content: string): Promise<void> {
  const data = { '.dockerconfigjson': Buffer.from(content).toString('base64') };
  const type = 'kubernetes.io/dockerconfigjson';
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name }, type, data };
  await client.apply(secrets, secret, { force: true });
}

export async function apply(world: World, objects: readonly object[]): Promise<void> {
  const items = objects.map((object) => ({ apiVersion: 'platform.serval.dev/v1alpha1', ...object }));
  const manifest = join(world.up.dataDir, 'objects.json');
  await writeFile(manifest, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  const { code, stderr } = await command(world, 'apply', '-f', manifest);
  assert.equal(code, 0, stderr);
}

export async function command({ up, said }: World, ...args: string[]) {
  const outcome = await serval(args, { dataDir: up.dataDir });
  const text = outcome.stdout + outcome.stderr;
  said.push({ where: `serval ${args.join(' ')}`, text });
  assert.deepEqual(sentinels.in(text), [], `serval ${args.join(' ')}: ${text}`);
  return outcome;
}

/** A few at a time. */
export async function commands(world: World, all: readonly (readonly string[])[]): Promise<void> {
  const left = [...all];
  const worker = async () => {
    for (let next = left.shift(); next; next = left.shift()) {
      const { code, stdout, stderr } = await command(world, ...next);
      // 2 is a call that was wrong, which would show nothing.
      assert.ok(code < 2 && stdout.length + stderr.length > 20, `${code} ${next.join(' ')}: ${stdout}${stderr}`);
    }
  };
  await Promise.all([worker(), worker(), worker()]);
}
