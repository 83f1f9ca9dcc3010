import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { processesWith } from '../support/processes.ts';
import { launcher, type Outcome, repository, serval, temporaryDirectory } from '../support/serval.ts';

const manifest = join(repository, 'examples', 'iris', 'inference-service.yaml');
const up = ['up', '--api-port', '0', '--gateway-port', '0'];

test('the commands of a platform in the background', async (t) => {
  const dataDir = await temporaryDirectory(t);
  t.after(() => serval(['down'], { dataDir }));
  const run = (...args: string[]) => serval(args, { dataDir });
  const detached = await run(...up, '--detach', '--model-store', join(repository, 'examples'));
  assert.equal(detached.code, 0, detached.stderr);
  assert.match(detached.stdout, /gateway {5}http:\/\/127\.0\.0\.1:\d+\n.*kubeconfig|kubeconfig/);

  await t.test('up --detach a second time names the first, whose output stays', async () => {
    const before = await readFile(join(dataDir, 'logs', 'up.out'), 'utf8');
    const { code, stderr } = await run(...up, '--detach');
    assert.equal(code, 1);
    assert.match(stderr, /^serval: another "serval up" runs on .*\n {2}hint: .*\n$/);
    assert.equal(await readFile(join(dataDir, 'logs', 'up.out'), 'utf8'), before);
  });

  await t.test('kubeconfig prints a path and nothing else', async () => {
    const { stdout } = await run('kubeconfig');
    await access(stdout.trimEnd());
  });

  await t.test('status tells each part, and as JSON too', async () => {
    await eventually(async () => assert.equal((await run('status')).code, 0));
    const { stdout } = await run('status');
    assert.match(
      stdout,
      /PART +WHERE +HEALTH\nAPI server .*healthy\nwebhooks .*healthy\ngateway .*healthy\nmodel store .*healthy/,
    );
    const status = JSON.parse((await run('status', '--json')).stdout) as { running: boolean; parts: unknown[] };
    assert.equal(status.running, true);
    assert.equal(status.parts.length, 4);
  });

  await t.test('apply says what it did, wait waits, get and describe show it', async () => {
    succeeds(await run('apply', '-f', manifest), /iris created/);
    succeeds(await run('apply', '-f', manifest), /iris unchanged/);
    succeeds(await run('wait', 'isvc/iris', '--for=condition=Ready', '--timeout', '60s'), /iris condition met/);
    succeeds(await run('get', 'isvc'), /NAME +URL +READY .*AGE\niris +http:\S+ +True/);
    succeeds(await run('get', 'isvc', 'iris', '-o', 'yaml'), /kind: InferenceService/);
    succeeds(await run('get', 'pods,svc', '-A'), /iris-predictor[\s\S]*model-store/);
    succeeds(await run('describe', 'isvc', 'iris'), /Conditions:[\s\S]*Ready +True[\s\S]*Events:[\s\S]*is ready at/);
  });

  await t.test('what is not there, not known or not understood is said in one line', async () => {
    fails(await run('get', 'isvc', 'none'), 1, /"none" not found/);
    fails(await run('get', 'nonsense'), 1, /no resource type "nonsense"/);
    fails(await run('describe', 'isvc', 'none'), 1, /"none" not found/);
    fails(await run('logs', 'isvc/none'), 1, /"none" not found/);
    fails(await run('logs', 'isvc/iris', '-c', 'none'), 1, /container none is not valid/);
    fails(await run('wait', 'isvc/iris', '--for=ready'), 2, /expected condition=TYPE/);
    fails(await run('wait', 'isvc/iris', '--for=condition=Never', '--timeout', '0.2'), 1, /no condition Never yet/);
    fails(await run('delete', 'isvc'), 2, /name the inferenceservices to delete/);
    fails(await run('predict', 'none', '-d', '{}'), 1, /"none" not found/);
    fails(await run('predict', 'iris', '-d', '{'), 2, /not JSON/);
    fails(await run('predict', 'iris', '-d', '{"instances": [[1]]}'), 1, /answered 400: .*expected a list of 4/);
    fails(await run('up', '--advertise-address', '192.0.2.1'), 2, /--advertise-address .*--kubeconfig/);
  });

  await t.test('predict prints the answer', async () => {
    const { stdout, code } = await run('predict', 'iris', '-d', '{"instances": [[5.1, 3.5, 1.4, 0.2]]}');
    assert.equal(code, 0);
    assert.equal(JSON.parse(stdout).predictions.length, 1);
  });

  await t.test('render needs no server; diff finds nothing, or what would change', async () => {
    succeeds(await run('render', '-f', manifest), /kind: Deployment[\s\S]*kind: HTTPRoute/);
    const same = await run('diff', '-f', manifest);
    assert.equal(same.code, 0, same.stdout);
    assert.equal(same.stdout, '');
    const changed = (await readFile(manifest, 'utf8')).replace('model.ubj', 'second.ubj');
    const { code, stdout } = await serval(['diff', '-f', '-'], { dataDir, input: changed });
    assert.equal(code, 1);
    assert.match(stdout, /^--- live\/deployment\.apps\/iris-predictor\n\+\+\+ rendered\//);
    assert.match(stdout, /^-.*model\.ubj\n\+.*second\.ubj$/m);
  });

  await t.test('what follows goes on until Ctrl-C, which is no failure', async () => {
    for (const args of [
      ['logs', '-f', 'isvc/iris'],
      ['get', 'isvc', '-w'],
    ]) {
      const child = start([...args, '--data-dir', dataDir]);
      await child.firstOutput();
      child.interrupt();
      assert.equal(await child.ended, 0, `${args.join(' ')}: ${child.output()}`);
    }
  });

  await t.test('delete waits until it is gone', async () => {
    succeeds(await run('delete', '-f', manifest), /iris deleted/);
    fails(await run('get', 'isvc', 'iris'), 1, /not found/);
    succeeds(await run('delete', 'isvc', 'iris', '--ignore-not-found'), /^$/);
  });

  await t.test('down stops it, and a second one finds nothing', async () => {
    succeeds(await run('down'), /stopped \(process \d+\)/);
    fails(await run('down'), 0, /nothing runs/);
    assert.equal((await run('status')).code, 1);
    if (process.platform === 'linux') assert.deepEqual(await processesWith(dataDir), []);
  });
});

test('Ctrl-C while it starts stops what has been started', async (t) => {
  const dataDir = await temporaryDirectory(t);
  const child = start([...up, '--data-dir', dataDir]);
  // The API server is up, the rest is not.
  await child.firstOutput();
  child.interrupt();
  assert.equal(await child.ended, 130, child.output());
  assert.doesNotMatch(child.output(), /error|at file:/i);
  if (process.platform === 'linux') await eventually(async () => assert.deepEqual(await processesWith(dataDir), []));
  await assert.rejects(access(join(dataDir, 'run.json')));
});

test('Ctrl-C as soon as it is up, and again while it stops, ends it cleanly', async (t) => {
  const dataDir = await temporaryDirectory(t);
  const child = start([...up, '--data-dir', dataDir]);
  const isUp = eventually(() => access(join(dataDir, 'run.json')));
  assert.equal(await Promise.race([isUp, child.ended]), undefined, child.output());
  child.interrupt();
  const isStopping = eventually(async () => assert.match(child.output(), /stopping/));
  await Promise.race([isStopping, child.ended]);
  // Within a second it counts as the same key press; in the last moment of the process nobody takes it any more.
  child.interrupt();
  assert.ok([0, 130, 'SIGINT'].includes(await child.ended), child.output());
  if (process.platform === 'linux') await eventually(async () => assert.deepEqual(await processesWith(dataDir), []));
});

function succeeds({ code, stdout, stderr }: Outcome, expected: RegExp): void {
  assert.equal(code, 0, stderr + stdout);
  assert.match(stdout, expected);
}

/** Standard error matches, and what is there is for a person: no stack. */
function fails({ code, stderr, stdout }: Outcome, expectedCode: number, expected: RegExp): void {
  assert.equal(code, expectedCode, stderr + stdout);
  assert.match(stderr, expected);
  assert.doesNotMatch(stderr, /\n\s+at /);
}

function start(args: string[]) {
  const child = spawn(process.execPath, [launcher, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  }
  return {
    output: () => text,
    firstOutput: () => Promise.race([once(child.stdout, 'data'), once(child.stderr, 'data'), once(child, 'close')]),
    interrupt: () => child.kill('SIGINT'),
    /** The exit code, or the signal that ended it. */
    ended: new Promise<number | string>((resolve) =>
      child.once('close', (code, signal) => resolve(code ?? signal ?? 1)),
    ),
  };
}
