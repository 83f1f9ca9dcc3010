import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { EXAMPLES, temporaryDirectory } from './test-support/server.ts';

const MAIN = new URL('./main.ts', import.meta.url).pathname;

function start(t: TestContext, args: string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, ['-C', '@serval/source', MAIN, ...args], { env: { ...process.env, ...env } });
  t.after(() => child.kill('SIGKILL'));
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    output.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output.stderr += chunk;
  });
  return { child, output };
}

/** The address that the server tells once it is ready. */
async function readyAddress(child: ChildProcess, output: { stdout: string; stderr: string }): Promise<string> {
  while (!output.stdout.includes('is ready')) {
    await Promise.race([once(child.stdout!, 'data'), once(child, 'exit')]);
    assert.equal(child.exitCode, null, output.stderr);
  }
  return /http:\/\/\S+/.exec(output.stdout)![0];
}

test('SIGTERM: not ready at once, late requests are answered and told to close, then exit 0', async (t) => {
  const { child, output } = start(t, [`--model_dir=${EXAMPLES}iris/model`, '--model-name', 'iris'], {
    SERVAL_PORT_8080: '0',
  });
  const url = await readyAddress(child, output);
  const agent = new Agent({ keepAlive: true });
  t.after(() => agent.destroy());
  const body = await readFile(`${EXAMPLES}iris/input.json`);
  const predict = () =>
    new Promise<{ status: number; connection: string | undefined }>((resolve, reject) => {
      const sent = request(`${url}/v1/models/iris:predict`, { method: 'POST', agent }, (response) => {
        response
          .resume()
          .once('end', () => resolve({ status: response.statusCode!, connection: response.headers.connection }));
      });
      sent.once('error', reject).end(body);
    });
  assert.deepEqual(await predict(), { status: 200, connection: 'keep-alive' });
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  while ((await fetch(`${url}/v2/health/ready`)).status !== 503);
  assert.deepEqual(await predict(), { status: 200, connection: 'close' });
  assert.deepEqual(await exited, [0, null], output.stderr);
});

test('a model that cannot be loaded: one sentence as last line and as termination message, exit code 1', async (t) => {
  const dir = await temporaryDirectory(t);
  const log = join(dir, 'termination-log');
  const model = await readFile(`${EXAMPLES}iris/model/model.ubj`);
  await writeFile(join(dir, 'model.ubj'), model.subarray(0, 5000));
  const { child, output } = start(t, [`--model_dir=${dir}`, '--http_port=0'], { SERVAL_TERMINATION_LOG: log });
  const [code] = await once(child, 'close');
  assert.equal(code, 1);
  const message = await readFile(log, 'utf8');
  assert.match(message, /^cannot load model\.ubj: not valid UBJSON: ends early: \d+ bytes expected at byte \d+$/);
  assert.equal(output.stderr.trimEnd().split('\n').at(-1), message);
});

test('an ONNX server also ends cleanly, and refuses a corrupt file', async (t) => {
  const dir = await temporaryDirectory(t);
  await copyFile(`${EXAMPLES}digits/model/model.onnx`, join(dir, 'model.onnx'));
  const good = start(t, [`--model_dir=${dir}`, '--http_port=0', '--drain_quiet_ms=0']);
  await readyAddress(good.child, good.output);
  good.child.kill('SIGTERM');
  assert.deepEqual(await once(good.child, 'exit'), [0, null], good.output.stderr);
  await writeFile(join(dir, 'model.onnx'), 'no model');
  const bad = start(t, [`--model_dir=${dir}`, '--http_port=0']);
  assert.deepEqual(await once(bad.child, 'exit'), [1, null]);
  assert.match(bad.output.stderr, /cannot load model\.onnx: ONNX Runtime refused it: /);
});

test('an address that is taken', async (t) => {
  const first = start(t, [`--model_dir=${EXAMPLES}iris/model`, '--http_port=0']);
  const { port } = new URL(await readyAddress(first.child, first.output));
  const second = start(t, [`--model_dir=${EXAMPLES}iris/model`, `--http_port=${port}`]);
  assert.deepEqual(await once(second.child, 'close'), [1, null]);
  assert.match(second.output.stderr, new RegExp(`port ${port} of 127\\.0\\.0\\.1 is taken`));
});
