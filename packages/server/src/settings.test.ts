import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSettings, UsageError } from './settings.ts';

test('flags of KServe, written either way, with unknown ones set aside', () => {
  const settings = readSettings(
    [
      '--model_name=iris',
      '--model-dir',
      '/m',
      '--http_port=9000',
      '--workers',
      '2',
      '--enable_grpc',
      '--model_format=XGBoost',
    ],
    {},
  );
  assert.equal(settings.modelName, 'iris');
  assert.equal(settings.modelDir, '/m');
  assert.equal(settings.port, 9000);
  assert.equal(settings.modelFormat, 'xgboost');
  assert.deepEqual(settings.ignoredFlags, ['--workers', '--enable_grpc']);
});

test('the address: told by the node, all of a Pod in a cluster, loopback otherwise', () => {
  const address = (env: Record<string, string>) => {
    const { host, port } = readSettings([], env);
    return `${host}:${port}`;
  };
  assert.equal(address({}), '127.0.0.1:8080');
  assert.equal(address({ KUBERNETES_SERVICE_HOST: '10.0.0.1' }), '0.0.0.0:8080');
  assert.equal(address({ SERVAL_POD_ADDRESS: '127.1.2.3', KUBERNETES_SERVICE_HOST: '10.0.0.1' }), '127.1.2.3:8080');
  assert.equal(address({ SERVAL_POD_ADDRESS: '127.0.0.1', SERVAL_PORT_8080: '41234' }), '127.0.0.1:41234');
});

test('values that cannot be are refused by flag', () => {
  assert.throws(() => readSettings(['--http_port=abc'], {}), UsageError);
  assert.throws(
    () => readSettings(['--http_port=70000'], {}),
    /--http_port must be a whole number up to 65535, got "70000"/,
  );
  assert.throws(
    () => readSettings(['--model_format=pickle'], {}),
    /must be one of xgboost, lightgbm, onnx, got "pickle"/,
  );
  assert.throws(() => readSettings(['model'], {}), /unexpected argument "model"/);
  assert.throws(() => readSettings(['--model_name'], {}), /--model_name needs a value/);
});
