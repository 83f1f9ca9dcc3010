import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { leases } from '@serval/kube/objects';
import { operatorLeaseName } from '@serval/operator/declarations';
import { eventually } from '../../support/eventually.ts';
import { namespace, type TestCluster } from './replicas.ts';

/**
 * The operator as a process: it logs JSON lines, leads, serves webhooks, and ends cleanly on SIGTERM.
 *
 * @param command  what starts the program, which gets its flags after it.
 * @param kubeconfig  as the program sees it.
 * @param env  all that it has of an environment.
 */
export async function runsAsProcess(
  t: TestContext,
  { client }: TestCluster,
  [file, ...args]: readonly [string, ...string[]],
  kubeconfig: string,
  env: Record<string, string> = {},
): Promise<void> {
  const ports = ['webhook', 'health', 'metrics'].flatMap((name) => [`--${name}-port`, '0']);
  const hosts = ['webhook', 'health'].flatMap((name) => [`--${name}-host`, '127.0.0.1']);
  const flags = ['--kubeconfig', kubeconfig, '--namespace', namespace, '--pod-name', 'here', '--stop-seconds', '1'];
  const child = spawn(file, [...args, ...flags, ...ports, ...hosts], { stdio: ['ignore', 'ignore', 'pipe'], env });
  const ended = once(child, 'close');
  t.after(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  let text = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  const holder = async () => (await client.get(leases, { namespace, name: operatorLeaseName })).spec.holderIdentity;
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
}
