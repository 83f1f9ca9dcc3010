import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { type Outcome, serval, temporaryDirectory } from '../support/serval.ts';
import { checkWithoutRights, create, importFromKubero, migrate } from './pipeline-commands.ts';

const secret = (namespace: string, name: string, host: string) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { namespace, name, annotations: { 'platform.serval.dev/expires-at': '2026-01-01T00:00:00Z' } },
  type: 'kubernetes.io/dockerconfigjson',
  stringData: { '.dockerconfigjson': JSON.stringify({ auths: { [host]: { username: 'u', password: 'SENTINEL' } } }) },
});

const keys = (namespace: string, name: string) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { namespace, name },
  stringData: { AWS_ACCESS_KEY_ID: 'SENTINEL', AWS_SECRET_ACCESS_KEY: 'SENTINEL' },
});

const objects = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team-a' } },
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'fraud-prod' } },
  secret('serval-credentials', 'ghcr', 'ghcr.io'),
  secret('serval-credentials', 'forgotten', 'quay.io'),
  secret('team-a', 'own', 'ghcr.io'),
  keys('serval-credentials', 's3'),
  keys('team-a', 'keys'),
  {
    apiVersion: 'platform.serval.dev/v1alpha1',
    kind: 'PlatformDefaults',
    metadata: { name: 'default' },
    spec: {
      registryCredentials: { entries: [{ match: 'ghcr.io', secretRef: { name: 'ghcr' } }] },
      storageCredentials: { entries: [{ match: 's3://models', secretRef: { name: 's3' } }] },
    },
  },
  {
    apiVersion: 'platform.serval.dev/v1alpha1',
    kind: 'CredentialGrant',
    metadata: { namespace: 'fraud-prod', name: 'idle' },
    spec: {
      from: [{ kind: 'Pipeline', namespace: 'team-a', name: 'fraud' }],
      to: [{ kind: 'Secret', name: 'nobody', use: ['pull'] }],
    },
  },
  {
    apiVersion: 'platform.serval.dev/v1alpha1',
    kind: 'Pipeline',
    metadata: { namespace: 'team-a', name: 'fraud' },
    spec: {
      stages: [
        { name: 'dev', namespace: 'fraud-dev' },
        {
          name: 'prod',
          namespace: 'fraud-prod',
          registryCredentials: {
            entries: [
              { match: 'ghcr.io/acme', secretRef: { name: 'own' } },
              { match: 'quay.io', secretRef: { name: 'gone' } },
            ],
          },
          storageCredentials: {
            entries: [
              { match: 's3://models/fraud', secretRef: { name: 'keys' } },
              { match: 'hf://acme', secretRef: { name: 'keys' } },
            ],
          },
        },
      ],
    },
  },
];

test('pipelines, their stages and what holds in them, on the command line', async (t) => {
  const dataDir = await temporaryDirectory(t);
  const run = (...args: string[]) => serval(args, { dataDir });
  const up = await run('up', '--api-port', '0', '--gateway-port', '0', '--detach');
  assert.equal(up.code, 0, up.stderr);
  try {
    await lookAt(dataDir, run);
    await create(run);
    await migrate(dataDir, run);
    await checkWithoutRights(dataDir, run);
    await importFromKubero(dataDir, run);
  } finally {
    await run('down');
  }
});

async function lookAt(dataDir: string, run: (...args: string[]) => Promise<Outcome>): Promise<void> {
  assert.match((await run('pipeline', 'list', '-A')).stderr, /^no pipelines$/m);
  const manifest = join(dataDir, 'objects.json');
  await writeFile(manifest, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
  const applied = await run('apply', '-f', manifest);
  assert.equal(applied.code, 0, applied.stderr);

  await eventually(async () => {
    const { stdout, code } = await run('pipeline', 'list', '-A');
    assert.equal(code, 0);
    assert.match(stdout, /^team-a +fraud +dev → prod +False +namespace fraud-dev does not exist; create it$/m);
  });
  const got = await run('pipeline', 'get', 'fraud', '-n', 'team-a');
  assert.equal(got.code, 1);
  assert.match(got.stdout, /^dev +fraud-dev +- +- +NamespaceNotFound$/m);
  assert.match(got.stdout, /^prod: SecretNotFound: Secret team-a\/gone does not exist$/m);

  const effective = await run('pipeline', 'effective', 'fraud', '-n', 'team-a', '--stage', 'prod');
  assert.equal(effective.code, 1);
  assert.match(effective.stdout, /^prod +ghcr\.io\/acme\/ +Stage +team-a\/own +- +used$/m);
  assert.match(effective.stdout, /^prod +quay\.io +Stage +team-a\/gone +- +SecretNotFound$/m);
  assert.match(effective.stdout, /^prod +ghcr\.io +Platform +serval-credentials\/ghcr +- +masked by ghcr\.io\/acme$/m);
  assert.match(effective.stdout, /^prod +s3:\/\/models\/fraud +Stage +team-a\/keys +- +used$/m);
  assert.match(effective.stdout, /^prod +hf:\/\/acme +Stage +team-a\/keys +- +NoCredentialForMatch$/m);
  assert.match(
    effective.stdout,
    /^prod +s3:\/\/models +Platform +serval-credentials\/s3 +- +masked by s3:\/\/models\/fraud$/m,
  );
  const json = await run('pipeline', 'effective', 'fraud', '-n', 'team-a', '--json');
  assert.equal(JSON.parse(json.stdout).credentials.length, 7);
  const checked = await run('credentials', 'check');
  assert.equal(checked.code, 1);
  assert.match(checked.stdout, /^team-a\/own +ghcr\.io\/acme\/ +Stage +- +team-a\/fraud:prod +2026-01-01$/m);
  assert.match(checked.stdout, /^team-a\/keys +s3:\/\/models\/fraud +Stage +- +team-a\/fraud:prod +-$/m);
  assert.match(checked.stdout, /^team-a\/fraud, prod: SecretNotFound: Secret team-a\/gone does not exist$/m);
  assert.match(checked.stdout, /^serval-credentials\/ghcr +ghcr\.io +Platform +- +- +2026-01-01$/m);
  assert.match(checked.stdout, /^Secret team-a\/own expired on 2026-01-01$/m);
  assert.match(checked.stdout, /^Secret serval-credentials\/forgotten is named by nothing$/m);
  assert.match(checked.stdout, /^CredentialGrant fraud-prod\/idle is used by no pipeline$/m);
  assert.doesNotMatch(JSON.stringify([got, effective, json, checked]), /SENTINEL/);

  const none = await run('pipeline', 'get', 'none', '-n', 'team-a');
  assert.match(none.stderr, /there is no pipeline team-a\/none\n {2}hint: /);
  const noStage = await run('pipeline', 'effective', 'fraud', '-n', 'team-a', '--stage', 'x');
  assert.match(noStage.stderr, /has no stage x\n {2}hint: its stages are dev, prod/);
}
