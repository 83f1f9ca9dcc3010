import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { writeKubeConfig } from '@serval/kube/client';
import { leases } from '@serval/kube/objects';
import { operatorLeaseName } from '@serval/operator/declarations';
import { eventually } from '../../support/eventually.ts';
import { namespace, startTestCluster } from './replicas.ts';

const program = fileURLToPath(import.meta.resolve('@serval/operator/main'));

test('as a process it logs JSON lines, leads, and ends cleanly on SIGTERM', async (t) => {
  const cluster = await startTestCluster(t);
  const directory = await mkdtemp(join(tmpdir(), 'serval-operator-main-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  const kubeconfig = join(directory, 'kubeconfig');
  await writeKubeConfig(kubeconfig, { name: 'test', ...cluster.kubeconfig });
  const ports = ['webhook', 'health', 'metrics'].flatMap((name) => [`--${name}-port`, '0']);
  const hosts = ['webhook', 'health'].flatMap((name) => [`--${name}-host`, '127.0.0.1']);
  const flags = ['--kubeconfig', kubeconfig, '--namespace', namespace, '--pod-name', 'here', '--stop-seconds', '1'];
  const child = spawn(process.execPath, ['-C', '@serval/source', program, ...flags, ...ports, ...hosts], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'close');
  t.after(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  let text = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  const holder = async () =>
    (await cluster.client.get(leases, { namespace, name: operatorLeaseName })).spec.holderIdentity;
  await eventually(async () => {
    assert.equal(child.exitCode, null, text);
    assert.equal(await holder(), 'here');
    assert.match(text, /webhooks are served/);
  });
  child.kill('SIGTERM');
  const [code] = await ended;
  assert.equal(code, 0, text);
  assert.equal(await holder(), '');
  for (const line of text.trim().split('\n')) assert.ok(JSON.parse(line).msg, line);
});
