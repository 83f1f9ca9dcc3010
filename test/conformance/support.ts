import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { startEngine } from '@serval/engine';
import { silentLog, writeKubeConfig } from '@serval/kube/client';
import { createKubectl, type Kubectl, kubectlBinaries } from '../support/kubectl.ts';
import type { Outcome } from '../support/serval.ts';

export interface Case extends Kubectl {
  /** Runs what must fail; answers standard error. */
  fails(args: string[], input?: string): Promise<string>;
  /** The object as it is stored. */
  // biome-ignore lint/suspicious/noExplicitAny: any kind
  read(...args: string[]): Promise<any>;
  /** `apply -f -` of objects. */
  apply(...objects: object[]): Promise<string>;
  /** `create -f -` of objects. */
  create(...objects: object[]): Promise<string>;
  binary: string;
  kubeconfig: string;
  namespace: string;
  /** Minor version of kubectl: 36. */
  minor: number;
  /** An empty directory of this binary. */
  directory: string;
  /** Environment to spawn the binary with, `-n` being in the kubeconfig. */
  env: NodeJS.ProcessEnv;
}

/**
 * Runs `cases` with each kubectl, against one bare engine, or the API server of the kubeconfig that KUBECONFIG_UNDER_TEST
 * names, each in a namespace of its own.
 */
export function conformance(area: string, cases: (t: TestContext, kubectl: Case) => Promise<void>): void {
  test(area, async (t) => {
    const directory = await mkdtemp(join(tmpdir(), 'serval-kubectl-'));
    t.after(() => rm(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
    const kubeconfig = process.env['KUBECONFIG_UNDER_TEST'] ?? (await startBareEngine(t, directory));
    for (const binary of kubectlBinaries()) {
      await t.test(`${area} with ${binary}`, async (each) => {
        const kubectl = await createCase(binary, kubeconfig, area, await mkdtemp(join(directory, 'case-')));
        try {
          await cases(each, kubectl);
        } finally {
          await kubectl.try(['delete', 'namespace', kubectl.namespace, '--wait=false']);
        }
      });
    }
  });
}

async function startBareEngine(t: TestContext, directory: string): Promise<string> {
  const engine = await startEngine({ dataDir: join(directory, 'engine'), log: silentLog });
  t.after(() => engine.close());
  const file = join(directory, 'kubeconfig');
  await writeKubeConfig(file, { name: 'conformance', ...engine.kubeconfig });
  return file;
}

/** A namespace, a kubeconfig whose context leads to it, and what tests do again and again. */
export async function createCase(binary: string, original: string, area: string, directory: string): Promise<Case> {
  const kubeconfig = join(directory, 'kubeconfig');
  await copyFile(original, kubeconfig);
  const kubectl = createKubectl(binary, kubeconfig, join(directory, 'cache'));
  const namespace = `${area.replaceAll(/[^a-z]+/g, '-')}-${process.pid}-${minorOf(binary)}`;
  await kubectl('create', 'namespace', namespace);
  await kubectl('config', 'set-context', '--current', `--namespace=${namespace}`);
  const text = (objects: object[]) => objects.map((object) => JSON.stringify(object)).join('\n');
  return Object.assign(kubectl, {
    async fails(args: string[], input?: string) {
      const outcome: Outcome = await kubectl.try(args, input);
      assert.notEqual(outcome.code, 0, `kubectl ${args.join(' ')} should fail: ${outcome.stdout}${outcome.stderr}`);
      return outcome.stderr;
    },
    read: async (...args: string[]) => JSON.parse(await kubectl('get', ...args, '-o', 'json', '--show-managed-fields')),
    apply: (...objects: object[]) => kubectl.withInput(text(objects), 'apply', '-f', '-'),
    create: (...objects: object[]) => kubectl.withInput(text(objects), 'create', '-f', '-'),
    binary,
    kubeconfig,
    namespace,
    minor: minorOf(binary),
    directory,
    env: { PATH: process.env['PATH'], KUBECONFIG: kubeconfig, HOME: directory },
  });
}

function minorOf(binary: string): number {
  const answer = execFileSync(binary, ['version', '--client', '-o', 'json'], { encoding: 'utf8' });
  return Number.parseInt(JSON.parse(answer).clientVersion.minor, 10);
}

export function configMap(name: string, data: Record<string, string> = {}, labels?: Record<string, string>): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...(labels ? { labels } : {}) }, data };
}

export function deployment(name: string, image = 'web:1', replicas = 1): object {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'main', image }] } },
    },
  };
}

export function pod(name: string, labels: Record<string, string> = { app: name }): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels },
    spec: { containers: [{ name: 'main', image: 'web:1' }] },
  };
}
