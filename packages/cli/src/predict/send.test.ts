import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { predictPath, protocolOf, sendPrediction } from './send.ts';

test('the protocol is told from the body', () => {
  assert.equal(protocolOf('{"instances": [[1]]}'), 'v1');
  assert.equal(protocolOf('{"inputs": [[1]]}'), 'v1');
  assert.equal(protocolOf('{"inputs": [{"name": "x", "shape": [1], "datatype": "FP32", "data": [1]}]}'), 'v2');
  assert.throws(() => protocolOf('{'), /not JSON/);
  assert.equal(predictPath('iris', 'v2'), '/v2/models/iris/infer');
});

test('names below localhost lead to this machine, with the name as Host', async (t) => {
  const server = createServer((request, response) => response.end(`${request.headers.host} ${request.url}`));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const { port } = server.address() as { port: number };
  const { signal } = new AbortController();
  const answer = await sendPrediction(`http://iris-default.localhost:${port}`, 'iris', 'v1', '{}', signal);
  assert.equal(answer.body, `iris-default.localhost:${port} /v1/models/iris:predict`);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  await assert.rejects(sendPrediction(`http://iris-default.localhost:${port}`, 'iris', 'v1', '{}', signal), {
    code: 'PredictionFailed',
    message: /no answer from http/,
  });
});
