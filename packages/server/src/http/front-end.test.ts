import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { EXAMPLES, startTestServer } from '../test-support/server.ts';

const read = (path: string) => JSON.parse(readFileSync(`${EXAMPLES}${path}`, 'utf8'));
const post = (url: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(url, { method: 'POST', headers, body: typeof body === 'string' ? body : JSON.stringify(body) });

for (const example of ['iris', 'breast-cancer', 'breast-cancer-lightgbm', 'diabetes', 'digits']) {
  test(`example ${example}: the V1 answer is the expected one, and V2 says the same`, async (t) => {
    const { url, errors } = await startTestServer(t, `${EXAMPLES}${example}/model`);
    const expected: unknown[] = read(`${example}/expected.json`).predictions;
    const v1 = await post(`${url}/v1/models/m:predict`, read(`${example}/input.json`));
    assert.equal(v1.status, 200);
    const numbers = (value: unknown): number[] =>
      typeof value === 'number' ? [value] : Object.values(value as object).flatMap(numbers);
    const answered = ((await v1.json()) as { predictions: unknown[] }).predictions;
    const close = (actual: number[], wanted: number[]) => {
      assert.equal(actual.length, wanted.length);
      for (const [i, value] of wanted.entries()) assert.ok(Math.abs(actual[i]! - value) <= 1e-6 * Math.abs(value));
    };
    close(numbers(answered), numbers(expected));

    const v2 = await post(`${url}/v2/models/m/infer`, read(`${example}/input-v2.json`));
    assert.equal(v2.status, 200);
    const { outputs } = (await v2.json()) as { outputs: { shape: number[]; data: number[] }[] };
    const last = outputs.at(-1)!;
    assert.equal(last.shape[0], expected.length);
    close(last.data, numbers(expected.map((row) => (row as { probabilities?: unknown }).probabilities ?? row)));
    assert.deepEqual(errors, []);
  });
}

test('the answers of every path of both protocols', async (t) => {
  const { url } = await startTestServer(t, `${EXAMPLES}iris/model`);
  const answers: [string, number, unknown][] = [
    ['/', 200, { status: 'alive' }],
    ['/v1/models', 200, { models: ['m'] }],
    ['/v1/models/m', 200, { name: 'm', ready: true }],
    ['/v1/models/other', 404, { error: 'no model "other" here; this server has "m"' }],
    ['/v2', 200, { name: 'serval', version: '0.0.0', extensions: ['binary_tensor_data'] }],
    ['/v2/health/live', 200, { live: true }],
    ['/v2/health/ready', 200, { ready: true }],
    ['/v2/models/m/ready?x=1', 200, { name: 'm', ready: true }],
    ['/v2/models/m/versions/1/ready', 200, { name: 'm', ready: true }],
    ['/v2/models/m/versions/9', 404, { error: 'model "m" has no version "9", only "1"' }],
    ['/v2/models/%E0/ready', 404, { error: 'no such path: "/v2/models/%E0/ready"' }],
    ['/v3', 404, { error: 'no such path: "/v3"' }],
    ['/v2/models/m/infer', 405, { error: 'GET is not allowed here, use POST' }],
    [
      '/v2/models/m',
      200,
      {
        name: 'm',
        versions: ['1'],
        platform: 'xgboost_ubjson',
        inputs: [{ name: 'input-0', datatype: 'FP32', shape: [-1, 4] }],
        outputs: [{ name: 'output-0', datatype: 'FP32', shape: [-1, 3] }],
      },
    ],
  ];
  for (const [path, status, body] of answers) {
    const response = await fetch(url + path);
    assert.deepEqual([response.status, await response.json()], [status, body], path);
  }
  assert.equal((await post(`${url}/v2/health/ready`, {})).status, 405);
  assert.equal((await fetch(`${url}/v2/health/ready`, { method: 'HEAD' })).status, 200);
});

test('a request that does not suit the model is told what was expected', async (t) => {
  const { url } = await startTestServer(t, `${EXAMPLES}digits/model`);
  const pixels = { name: 'pixels', shape: [1, 64], datatype: 'FP64', data: new Array(64).fill(0) };
  const refused: [unknown, RegExp][] = [
    ['{', /not valid JSON/],
    [{ inputs: [{ ...pixels, name: 'x' }] }, /no input "x"; it takes "pixels" FP64 \[-1, 64\]/],
    [{ inputs: [{ ...pixels, datatype: 'FP32' }] }, /input "pixels": expected datatype FP64, got FP32/],
    [{ inputs: [{ ...pixels, shape: [64] }] }, /expected shape \[-1, 64\] \(-1: any length\), got \[64\]/],
    [{ inputs: [{ ...pixels, data: new Array(64).fill(null) }] }, /FP64 expects a number, got null/],
    [{ inputs: [pixels, pixels] }, /given twice/],
    [{ inputs: [pixels], outputs: [{ name: 'y' }] }, /no output "y"; it gives "label", "probabilities"/],
  ];
  for (const [body, message] of refused) {
    const response = await post(`${url}/v2/models/m/infer`, body);
    const { error } = (await response.json()) as { error: string };
    assert.equal(response.status, 400, error);
    assert.match(error, message);
  }
  const one = await post(`${url}/v2/models/m/infer`, { id: 'a', inputs: [pixels], outputs: [{ name: 'label' }] });
  const { id, outputs } = (await one.json()) as { id: string; outputs: { name: string }[] };
  assert.deepEqual([id, outputs.map((output) => output.name)], ['a', ['label']]);
});

test('tree ensembles take any name and any number type, and say what they do not take', async (t) => {
  const { url } = await startTestServer(t, `${EXAMPLES}iris/model`);
  const infer = (input: object) => post(`${url}/v2/models/m/infer`, { inputs: [input] });
  for (const datatype of ['FP16', 'FP64', 'INT64', 'UINT8']) {
    assert.equal((await infer({ name: 'any', shape: [1, 4], datatype, data: [5, 3, 1, 0] })).status, 200, datatype);
  }
  const errorOf = async (input: object) => ((await (await infer(input)).json()) as { error: string }).error;
  assert.match(
    await errorOf({ name: 'x', shape: [1, 3], datatype: 'FP32', data: [1, 2, 3] }),
    /expected shape \[rows, 4\], got \[1, 3\]/,
  );
  assert.match(await errorOf({ name: 'x', shape: [1, 4], datatype: 'BYTES', data: ['a', 'b', 'c', 'd'] }), /got BYTES/);
});

test('raw tensors both ways', async (t) => {
  const { url } = await startTestServer(t, `${EXAMPLES}iris/model`);
  const raw = Buffer.from(Float32Array.of(5.1, 3.5, 1.4, 0.2).buffer);
  const head = JSON.stringify({
    parameters: { binary_data_output: true },
    inputs: [{ name: 'x', shape: [1, 4], datatype: 'FP32', parameters: { binary_data_size: raw.length } }],
  });
  const response = await fetch(`${url}/v2/models/m/infer`, {
    method: 'POST',
    headers: { 'inference-header-content-length': String(head.length) },
    body: Buffer.concat([Buffer.from(head), raw]),
  });
  assert.equal(response.status, 200);
  const body = Buffer.from(await response.arrayBuffer());
  const length = Number(response.headers.get('inference-header-content-length'));
  assert.equal(JSON.parse(body.toString('utf8', 0, length)).outputs[0].parameters.binary_data_size, 12);
  assert.ok(Math.abs(body.readFloatLE(length) - 0.99185115) < 1e-6);
});

test('a body over the limit gets 413, an encoded one 415', async (t) => {
  const { url } = await startTestServer(t, `${EXAMPLES}iris/model`, '--max_body_bytes=1000');
  for (const size of [1001, 3000, 100_000]) {
    const response = await post(`${url}/v1/models/m:predict`, 'x'.repeat(size)).catch(() => undefined);
    // Far beyond the limit the server may hang up while the client is still sending.
    if (size < 4000) assert.equal(response?.status, 413);
  }
  assert.equal((await post(`${url}/v1/models/m:predict`, '', { 'content-encoding': 'gzip' })).status, 415);
  assert.equal((await post(`${url}/v1/models/m:predict`, read('iris/input.json'))).status, 200);
});

test('metrics count requests and time the stages', async (t) => {
  const { url } = await startTestServer(t, `${EXAMPLES}iris/model`);
  await post(`${url}/v1/models/m:predict`, read('iris/input.json'));
  await post(`${url}/v1/models/m:predict`, {});
  const text = await (await fetch(`${url}/metrics`)).text();
  assert.match(text, /serval_model_requests_total\{model_name="m",protocol="v1",code="200"\} 1/);
  assert.match(text, /serval_model_requests_total\{model_name="m",protocol="v1",code="400"\} 1/);
  assert.match(text, /request_predict_seconds_count\{model_name="m"\} 1/);
  assert.match(text, /serval_model_load_seconds\{model_name="m"\} 0\.\d+/);
});
