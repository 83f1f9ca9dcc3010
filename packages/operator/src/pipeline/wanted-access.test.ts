import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@serval/kube/objects';
import { wantedAccess } from './wanted-access.ts';

const apiVersion = 'platform.serval.dev/v1alpha1';
const entries = (match: string, name: string, namespace?: string) => ({
  entries: [{ match, secretRef: { name, ...(namespace ? { namespace } : {}) } }],
});
const pipeline = {
  apiVersion,
  kind: 'Pipeline',
  metadata: { namespace: 'team-a', name: 'fraud' },
  spec: {
    stages: [
      { name: 'dev', namespace: 'fraud-dev' },
      {
        name: 'prod',
        namespace: 'fraud-prod',
        registryCredentials: entries('ghcr.io', 'pull'),
        storageCredentials: entries('s3://prod', 'stage'),
      },
    ],
    storageCredentials: entries('s3://models', 'lent', 'team-b'),
    review: { storageCredentials: entries('s3://review', 'review') },
  },
} as KubeObject;

function wanted(object: KubeObject, old?: KubeObject): string[] {
  return wantedAccess(object, old)
    .map(({ verb, resource, namespace, name }) => `${verb} ${resource} ${namespace}${name ? `/${name}` : ''}`)
    .sort();
}

test('who writes a pipeline must be allowed to use the credentials for images and for models', () => {
  assert.deepEqual(wanted(pipeline), [
    'create inferenceservices fraud-dev',
    'create inferenceservices fraud-prod',
    'use secrets team-a/pull',
    'use secrets team-a/review',
    'use secrets team-a/stage',
    'use secrets team-b/lent',
  ]);
  assert.deepEqual(wanted({ ...pipeline, metadata: { ...pipeline.metadata, labels: { a: 'b' } } }, pipeline), []);
});

test('who writes the platform’s defaults, too', () => {
  const spec = { credentialNamespace: 'own', storageCredentials: entries('s3://models', 's3') };
  const defaults = { apiVersion, kind: 'PlatformDefaults', metadata: { name: 'default' }, spec } as KubeObject;
  assert.deepEqual(wanted(defaults), ['use secrets own/s3']);
});
