import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAuthority } from '@serval/kube/certificates';
import type { Secret } from '@serval/kube/objects';
import { createMetrics } from '../health/metrics.ts';
import { createExaminations } from './examinations.ts';
import { examine, parseSecret } from './examine.ts';
import { tellings } from './tell-secret.ts';

const dayMs = 86_400_000;
const now = new Date('2026-06-01T00:00:00Z');
const sentinel = 'SENTINEL-of-a-secret';

async function secretWith(extra: Record<string, string>): Promise<Secret> {
  const { certificate, key } = await createAuthority('minio', now.getTime() - 80 * dayMs, 90 * dayMs);
  const entry = { type: 's3', access_key_id: sentinel, secret_access_key: sentinel };
  const entries = {
    soon: JSON.stringify({ ...entry, certificate }),
    old: JSON.stringify({ ...entry, certificate: '/etc/ssl/ca.crt' }),
    leaked: JSON.stringify({ ...entry, certificate: key }),
    ...extra,
  };
  const data = Object.entries(entries).map(([name, text]) => [name, Buffer.from(text).toString('base64')]);
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace: 'team', name: 'storage-config' },
    data: Object.fromEntries(data),
  };
}

test('metrics and Events tell expiry, old uses and problems, and no value', async () => {
  const secret = await secretWith({ broken: `{"secret_access_key": "${sentinel}"`, word: JSON.stringify(sentinel) });
  const metrics = createMetrics();
  const examinations = createExaminations(metrics);
  const examination = examine(secret, parseSecret(secret, now));
  examinations.set('team/storage-config', examination);
  const rendered = metrics.render();
  const end = (now.getTime() + 10 * dayMs) / 1000;
  assert.match(
    rendered,
    new RegExp(
      `serval_storage_certificate_expiry_seconds\\{namespace="team",secret="storage-config",key="soon",subject="CN=minio"\\} ${end}\\n`,
    ),
  );
  assert.match(rendered, /serval_storage_config_deprecated_uses\{namespace="team",key="old",field="certificate"\} 1\n/);
  assert.match(
    rendered,
    /serval_storage_config_problems\{namespace="team",secret="storage-config",severity="error"\} 3\n/,
  );

  const reasons = (stage: 'Dual' | 'Warn') => tellings(examination, stage, now.getTime()).map(({ reason }) => reason);
  assert.deepEqual(reasons('Dual').sort(), [
    'CertificateExpiresSoon',
    'StorageConfigInvalid',
    'StorageConfigInvalid',
    'StorageConfigInvalid',
  ]);
  assert.deepEqual(reasons('Warn').filter((reason) => reason === 'CertificateFieldDeprecated').length, 1);
  const told = JSON.stringify([examination, tellings(examination, 'Warn', now.getTime()), rendered]);
  const keyLine = parseSecret(secret, now).entries.find(({ key }) => key === 'leaked')?.fields['certificate'] as string;
  for (const value of [sentinel, keyLine.split('\n')[1] ?? 'none']) assert.ok(!told.includes(value));
});

test('who listens hears of certificates that changed, and of nothing else', async () => {
  const heard: string[] = [];
  const examinations = createExaminations(undefined);
  examinations.onChange((namespace) => heard.push(namespace));
  const secret = await secretWith({});
  const examined = (of: Secret) => examine(of, parseSecret(of, now));
  examinations.set('team/storage-config', examined(secret));
  const { soon, ...others } = secret.data ?? {};
  examinations.set(
    'team/storage-config',
    examined({ ...secret, data: { ...secret.data, more: Buffer.from('{}').toString('base64') } }),
  );
  assert.deepEqual(heard, ['team']);
  assert.ok(soon);
  examinations.set('team/storage-config', examined({ ...secret, data: others }));
  examinations.delete('team/storage-config');
  assert.deepEqual(heard, ['team', 'team', 'team']);
});
