import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Pipeline, parseTtlMinutes, validatePipeline } from './index.ts';

const pipeline = (stages: [name: string, namespace: string][], more: object = {}): Pipeline => ({
  apiVersion: 'platform.serval.dev/v1alpha1',
  kind: 'Pipeline',
  metadata: { name: 'fraud', namespace: 'team-a' },
  spec: { stages: stages.map(([name, namespace]) => ({ name, namespace })), ...more },
});
const told = (...args: Parameters<typeof validatePipeline>) =>
  validatePipeline(...args).map(({ path, message }) => `${path}: ${message}`);

const before = pipeline([
  ['dev', 'fraud-dev'],
  ['prod', 'fraud-prod'],
]);

test('a namespace stays with its stage; stages come, go and change places', () => {
  assert.deepEqual(
    told(
      pipeline([
        ['dev', 'fraud-dev'],
        ['prod', 'other'],
      ]),
      before,
    ),
    ['spec.stages[1].namespace: must stay fraud-prod, where services of the stage live; make another stage'],
  );
  assert.deepEqual(
    told(
      pipeline([
        ['prod', 'fraud-prod'],
        ['test', 'fraud-test'],
      ]),
      before,
    ),
    [],
  );
  assert.deepEqual(
    told(
      pipeline([
        ['prod', 'fraud-prod'],
        ['dev', 'fraud-dev'],
      ]),
      before,
    ),
    [],
  );
});

test('two stages that trade their namespaces are told both', () => {
  assert.equal(
    told(
      pipeline([
        ['dev', 'fraud-prod'],
        ['prod', 'fraud-dev'],
      ]),
      before,
    ).length,
    2,
  );
});

test('no message repeats a credential', () => {
  const entries = [{ match: 'https://user:sentinel@ghcr.io', secretRef: { name: 'a' } }];
  const errors = told(
    pipeline([['dev', 'fraud-dev']], { registryCredentials: { entries }, storageCredentials: { entries } }),
  );
  assert.equal(errors.length, 2);
  assert.doesNotMatch(errors.join(), /sentinel/);
});

test('lives of environments', () => {
  for (const [ttl, minutes] of [
    ['90m', 90],
    ['24h', 1440],
    ['1h30m', 90],
    ['0h', 0],
    ['', undefined],
    ['h', undefined],
    ['30m1h', undefined],
    ['1d', undefined],
    ['1.5h', undefined],
    ['-1h', undefined],
    ['9999999h', undefined],
  ] as const) {
    assert.equal(parseTtlMinutes(ttl), minutes, ttl);
  }
});
