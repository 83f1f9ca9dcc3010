import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pipeline } from '@serval/api';
import { effectiveRows, ownLines, problemLines, stageRows } from './rows.ts';

const at = (name: string) => ({ source: 'Stage' as const, sourceRef: { namespace: 'team-a', name } });
const pipeline: Pipeline = {
  apiVersion: 'platform.serval.dev/v1alpha1',
  kind: 'Pipeline',
  metadata: { namespace: 'team-a', name: 'fraud' },
  spec: { stages: [{ name: 'prod', namespace: 'fraud-prod' }] },
  status: {
    stages: [
      {
        name: 'prod',
        namespace: 'fraud-prod',
        effective: [{ match: 'ghcr.io', ...at('pull') }],
        effectiveStorage: [
          { match: 's3://models', ...at('s3'), grantedBy: 'team-b/fraud' },
          { match: 'hf://acme', ...at('gone'), reason: 'SecretNotFound', message: 'Secret team-a/gone does not exist' },
        ],
        maskedStorage: [{ match: 's3://models', ...at('far'), maskedBy: 's3://models/fraud' }],
        projected: { name: 'serval-pull-credentials' },
        projectedStorage: { name: 'serval-storage-credentials' },
        services: [
          { name: 'scorer', ownPullSecrets: ['theirs'] },
          { name: 'reader', ownStorage: ['ServiceAccount reader'] },
        ],
      },
    ],
  },
};

test('what stages read with stands beside what they pull with', () => {
  assert.deepEqual(
    effectiveRows(pipeline, undefined).map(({ match, secret, grant, state }) => [match, secret, grant, state]),
    [
      ['ghcr.io', 'team-a/pull', '', 'used'],
      ['s3://models', 'team-a/s3', 'team-b/fraud', 'used'],
      ['hf://acme', 'team-a/gone', '', 'SecretNotFound'],
      ['s3://models', 'team-a/far', '', 'masked by s3://models/fraud'],
    ],
  );
  assert.deepEqual(problemLines(pipeline, 'prod'), ['prod: SecretNotFound: Secret team-a/gone does not exist']);
  const [row] = stageRows(pipeline);
  assert.equal(row?.secret, 'serval-pull-credentials, serval-storage-credentials');
  assert.equal(row?.state, 'SecretNotFound');
});

test('what services have of their own is told', () => {
  assert.deepEqual(ownLines(pipeline), [
    'prod: scorer also pulls with theirs',
    'prod: reader reads with its own ServiceAccount reader',
  ]);
});
