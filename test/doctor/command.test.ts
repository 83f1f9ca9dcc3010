import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Diagnosis } from '@serval/operator/checks';
import { eventually } from '../support/eventually.ts';
import { repository, run, serval, startPlatform, temporaryDirectory } from '../support/serval.ts';

const sentinel = 'S3NT1NEL-7f3a/b+c=d';
const inline = 'S3NT1NEL-inline-value';

const objects = [
  {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace: 'default', name: 'credentials' },
    stringData: { password: sentinel },
  },
  {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace: 'default', name: 'storage-config' },
    stringData: {
      minio: JSON.stringify({
        type: 's3',
        endpoint_url: 'http://127.0.0.1:1',
        access_key_id: `${sentinel}-id`,
        secret_access_key: `${sentinel}-key`,
      }),
    },
  },
  {
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    metadata: { namespace: 'default', name: 'sick' },
    spec: {
      predictor: {
        containers: [
          {
            name: 'kserve-container',
            image: 'acme/nowhere:1',
            args: [`--password-file=/x/${sentinel}`],
            env: [{ name: 'API_TOKEN', value: inline }],
          },
        ],
      },
    },
  },
];

test('serval doctor on a running platform', async (t) => {
  const platform = await startPlatform(t, { args: ['--model-store', join(repository, 'examples')] });
  const { dataDir } = platform;
  const doctor = (...args: string[]) => serval(['doctor', ...args], { dataDir });
  const folder = await temporaryDirectory(t);
  const apply = async (...documents: object[]) => {
    const file = join(folder, 'objects.json');
    await writeFile(file, documents.map((each) => JSON.stringify(each)).join('\n---\n'));
    const { code, stderr } = await serval(['apply', '-f', file], { dataDir });
    assert.equal(code, 0, stderr);
  };

  await t.test('a healthy one: one line, exit code 0', async () => {
    const manifest = join(repository, 'examples/iris/inference-service.yaml');
    assert.equal((await serval(['apply', '-f', manifest], { dataDir })).code, 0);
    await eventually(async () => {
      const { code, stdout, stderr } = await doctor('--fail-on', 'warning');
      assert.equal(code, 0, stdout + stderr);
      assert.match(stdout, /^nothing is wrong: \d+ facts compared by \d+ checks[^\n]*\n$/);
      assert.equal(stderr, '');
    });
  });

  await t.test('a name that there is not', async () => {
    const { code, stdout } = await doctor('-n', 'default', 'rose');
    assert.equal(code, 1);
    assert.match(stdout, /^error service-missing: there is no InferenceService rose in namespace default\n {2}seen: /);
  });

  await t.test('a sick service: its cause alone, as text and as JSON; the healthy one beside it has none', async () => {
    await apply(...objects);
    await eventually(async () => {
      const { code, stdout } = await doctor('--json');
      const { findings, hidden } = JSON.parse(stdout) as Diagnosis;
      assert.deepEqual(
        findings.filter(({ severity }) => severity === 'error').map(({ id, service }) => [id, service]),
        [['pod-image-unavailable', 'default/sick']],
        stdout,
      );
      assert.ok(hidden.some(({ id, hiddenBy }) => id === 'probe-unavailable' && hiddenBy === 'pod-image-unavailable'));
      assert.equal(code, 1);
    });
    const unasked = await doctor('-n', 'default', 'iris', '--no-probe');
    assert.equal(unasked.code, 0, unasked.stdout);
    assert.match(unasked.stdout, /not checked:.*live probe \(.*requests were not asked for/);
    assert.equal((await doctor('-n', 'default', 'iris', '--no-probe', '--fail-on', 'unchecked')).code, 1);
  });

  await t.test('options that do not fit are refused; where nothing can be fixed safely, that is said', async () => {
    assert.equal((await doctor('--yes')).code, 2);
    assert.equal((await doctor('--fix', '--json')).code, 2);
    const { code, stdout } = await doctor('--fix', '--yes');
    assert.equal(code, 1);
    assert.match(stdout, /no finding has a fix that is safe/);
  });

  await t.test('an archive for others: whole, private, and without a secret', async () => {
    const file = join(folder, 'bundle.tar.gz');
    await doctor('--bundle', file);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    const unpacked = join(folder, 'unpacked');
    await mkdir(unpacked);
    const { code, stderr } = await run('tar', ['-xzf', file, '-C', unpacked]);
    assert.equal(code, 0, stderr);
    const names = (await readdir(unpacked, { recursive: true, withFileTypes: true })).filter((each) => each.isFile());
    const texts = await Promise.all(names.map(({ parentPath, name }) => readFile(join(parentPath, name), 'utf8')));
    const all = texts.join('\n');
    for (const wanted of [
      'README.txt',
      'versions.json',
      'findings.json',
      'events.json',
      'services.json',
      'pods.json',
    ]) {
      assert.ok(
        names.some(({ name }) => name === wanted),
        wanted,
      );
    }
    assert.ok(names.some(({ name }) => name.endsWith('.log')));
    assert.match(all, /acme\/nowhere:1/);
    assert.match(all, /pod-image-unavailable/);
    for (const secret of [sentinel, inline, `${sentinel}-key`]) {
      for (const form of [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')]) {
        assert.ok(!all.includes(form), `${form} is not in the archive`);
      }
    }
    assert.ok(!all.includes('S3NT1NEL'));
    assert.deepEqual(
      (await readdir(folder)).filter((name) => name.endsWith('.partial')),
      [],
    );
  });
});

test('where no API server answers, that is the one thing told', async (t) => {
  const dataDir = await temporaryDirectory(t);
  const { code, stdout, stderr } = await serval(['doctor'], { dataDir });
  assert.equal(code, 1);
  assert.equal(stdout, '');
  assert.match(stderr, /^serval: no kubeconfig/);
});
