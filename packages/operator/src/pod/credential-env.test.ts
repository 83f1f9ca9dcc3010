import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Secret } from '@serval/kube/objects';
import { defaultServingConfig } from '../config/serving-config.ts';
import { credentialEnv } from './credential-env.ts';

const secret = (name: string, keys: string[], annotations: Record<string, string> = {}): Secret => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, annotations },
  data: Object.fromEntries(keys.map((key) => [key, 'aHVudGVyMg=='])),
});
const s3Keys = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];

test('keys of S3 are referred to, never copied', () => {
  const env = credentialEnv([secret('s3', s3Keys)], defaultServingConfig);
  assert.deepEqual(
    env,
    s3Keys.map((key) => ({ name: key, valueFrom: { secretKeyRef: { name: 's3', key } } })),
  );
  assert.doesNotMatch(JSON.stringify(env), /hunter2|aHVudGVyMg/);
});

test('annotations of the Secret tell where the store is', () => {
  const env = credentialEnv(
    [
      secret('s3', s3Keys, {
        'serving.kserve.io/s3-endpoint': 'minio:9000',
        'serving.kserve.io/s3-usehttps': '0',
        'serving.kserve.io/s3-region': 'eu-1',
        'serving.kserve.io/s3-verifyssl': '0',
      }),
    ],
    defaultServingConfig,
  );
  const values = Object.fromEntries(env.filter(({ value }) => value).map(({ name, value }) => [name, value]));
  assert.deepEqual(values, {
    S3_USE_HTTPS: '0',
    S3_ENDPOINT: 'minio:9000',
    AWS_ENDPOINT_URL: 'http://minio:9000',
    S3_VERIFY_SSL: '0',
    AWS_DEFAULT_REGION: 'eu-1',
  });
});

test('other Secrets give nothing, a Hugging Face token gives itself, and of two stores the first counts', () => {
  const env = credentialEnv(
    [secret('tls', ['tls.key']), secret('hf', ['HF_TOKEN']), secret('one', s3Keys), secret('two', s3Keys)],
    defaultServingConfig,
  );
  assert.deepEqual(
    env.map(({ name, valueFrom }) => `${name} ${valueFrom?.secretKeyRef?.name}`),
    ['HF_TOKEN hf', 'AWS_ACCESS_KEY_ID one', 'AWS_SECRET_ACCESS_KEY one'],
  );
});
