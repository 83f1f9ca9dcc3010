import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { configMaps } from '@serval/kube/objects';
import { clientOf } from '../support/client.ts';
import { processesWith } from '../support/processes.ts';
import { repository, serval, startPlatform, temporaryDirectory } from '../support/serval.ts';

const rounds = 10;
/** A start takes about one second, so some of the kills come before it is done. */
const longestLifeMs = 4000;
const example = join(repository, 'examples', 'iris');
const args = ['--model-store', join(repository, 'examples')];
const skip = process.platform === 'linux' ? false : 'finds processes in /proc, which only Linux has';

test('killed at any moment, the platform comes back whole', { skip }, async (t) => {
  const dataDir = await temporaryDirectory(t);
  const first = await startPlatform(t, { dataDir, args });
  const applied = await serval(['apply', '-f', join(example, 'inference-service.yaml')], { dataDir });
  assert.equal(applied.code, 0, applied.stderr);
  await isReady(dataDir);
  assert.equal(await first.stop(), 0);

  const acknowledged: string[] = [];
  for (let round = 0; round < rounds; round++) {
    const lifeMs = Math.round(Math.random() * longestLifeMs);
    // In turn everything at once, and only the main process, whose children must notice by themselves or be found later.
    const whole = round % 2 === 0;
    t.diagnostic(`round ${round}: ${whole ? 'everything' : 'the main process'} killed after ${lifeMs} ms`);
    const starting = startPlatform(t, { dataDir, args });
    const writing = starting.then(
      ({ kubeconfig }) => writeUntilKilled(kubeconfig, round, acknowledged),
      () => undefined,
    );
    await sleep(lifeMs);
    await killAll(dataDir, whole);
    await writing;
  }
  t.diagnostic(`${acknowledged.length} writes were acknowledged`);

  const last = await startPlatform(t, { dataDir, args });
  const { items } = await (await clientOf(last.kubeconfig)).list(configMaps, { namespace: 'default' });
  const found = new Set(items.map(({ metadata }) => metadata.name));
  assert.deepEqual(
    acknowledged.filter((name) => !found.has(name)),
    [],
  );
  await isReady(dataDir);
  const predicted = await serval(['predict', 'iris', '-d', `@${join(example, 'input.json')}`], { dataDir });
  assert.equal(predicted.code, 0, predicted.stderr);
  assert.equal(await last.stop(), 0, last.output());
  assert.deepEqual(await processesWith(dataDir), []);
});

async function isReady(dataDir: string): Promise<void> {
  const { code, stderr } = await serval(['wait', 'isvc/iris', '--for=condition=Ready', '--timeout', '60'], { dataDir });
  assert.equal(code, 0, stderr);
}

async function writeUntilKilled(kubeconfig: string, round: number, acknowledged: string[]): Promise<void> {
  const client = await clientOf(kubeconfig);
  for (let count = 0; ; count++) {
    const name = `round-${round}-${count}`;
    try {
      await client.create(configMaps, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name, namespace: 'default' },
      });
    } catch {
      return;
    }
    acknowledged.push(name);
  }
}

/** SIGKILL for the platform's processes, or only for `serval up` itself. */
async function killAll(dataDir: string, whole: boolean): Promise<void> {
  for (const pid of await processesWith(dataDir)) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (!whole && !command.includes('\0up\0')) continue;
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended by itself meanwhile.
    }
  }
}
