import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { loadInClusterConfig } from './in-cluster.ts';
import { loadKubeConfig } from './load.ts';
import { writeKubeConfig } from './write.ts';

async function directory(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'serval-kubeconfig-'));
  t.after(() => rm(path, { recursive: true, force: true }));
  return path;
}
const entry = { name: 'serval', server: 'https://127.0.0.1:6550', caData: 'PEM', token: 'secret' };

test('what is written is read again, and only its owner may read it', async (t) => {
  const path = join(await directory(t), 'deep', 'kubeconfig');
  await writeKubeConfig(path, entry);
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  assert.deepEqual(await loadKubeConfig(path), {
    server: entry.server,
    caData: 'PEM',
    token: 'secret',
    namespace: 'default',
  });
});

test('merging keeps other clusters, replaces its own, and follows a symbolic link', async (t) => {
  const dir = await directory(t);
  const real = join(dir, 'real');
  await writeKubeConfig(real, { name: 'other', server: 'https://other' });
  await symlink(real, join(dir, 'config'));
  const path = join(dir, 'config');
  await writeKubeConfig(path, { ...entry, token: 'old' }, { merge: true, setCurrent: false });
  await writeKubeConfig(path, entry, { merge: true, setCurrent: false });
  assert.equal((await loadKubeConfig(real)).server, 'https://other');
  assert.equal((await loadKubeConfig(real, 'serval')).token, 'secret');
  assert.equal((await readFile(real, 'utf8')).match(/name: serval$/gm)?.length, 3);
});

test('certificates and tokens in files are found beside the kubeconfig', async (t) => {
  const dir = await directory(t);
  await writeFile(join(dir, 'ca.pem'), 'CA');
  await writeFile(join(dir, 'token'), 'from-file\n');
  const config = {
    'current-context': 'c',
    clusters: [
      { name: 'k', cluster: { server: 'https://k', 'certificate-authority': 'ca.pem', 'tls-server-name': 'kube' } },
    ],
    users: [
      {
        name: 'u',
        user: { tokenFile: 'token', 'client-certificate-data': btoa('CERT'), 'client-key-data': btoa('KEY') },
      },
    ],
    contexts: [{ name: 'c', context: { cluster: 'k', user: 'u', namespace: 'team' } }],
  };
  const path = join(dir, 'config');
  await writeFile(path, JSON.stringify(config));
  const { token, ...loaded } = await loadKubeConfig(path);
  assert.deepEqual(loaded, {
    server: 'https://k',
    caData: 'CA',
    tlsServerName: 'kube',
    clientCert: 'CERT',
    clientKey: 'KEY',
    namespace: 'team',
  });
  assert.equal(typeof token === 'function' && (await token()), 'from-file');
});

test('credentials of a plugin are asked for', async (t) => {
  const dir = await directory(t);
  const credential = {
    apiVersion: 'client.authentication.k8s.io/v1',
    kind: 'ExecCredential',
    status: { token: 'plugged' },
  };
  const script = `console.log(${JSON.stringify(JSON.stringify(credential))})`;
  const exec = {
    apiVersion: credential.apiVersion,
    command: process.execPath,
    args: ['-e', script],
    interactiveMode: 'Never',
  };
  const config = {
    'current-context': 'c',
    clusters: [{ name: 'k', cluster: { server: 'https://k' } }],
    users: [{ name: 'u', user: { exec } }],
    contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
  };
  const path = join(dir, 'config');
  await writeFile(path, JSON.stringify(config));
  const { token } = await loadKubeConfig(path);
  assert.equal(typeof token === 'function' && (await token()), 'plugged');
});

test('a kubeconfig that cannot be used says why, and shows no credential', async (t) => {
  const dir = await directory(t);
  const path = join(dir, 'config');
  await assert.rejects(loadKubeConfig(path), {
    name: 'KubeconfigError',
    message: `cannot read kubeconfig ${path}: ENOENT`,
  });
  await writeFile(path, 'users:\n- user: {token: s3cret\n  x: ]');
  await assert.rejects(loadKubeConfig(path), (error: Error) => {
    assert.match(error.message, /is not valid YAML/);
    assert.ok(!`${error.message}${error.cause}`.includes('s3cret'));
    return true;
  });
  await writeKubeConfig(path, entry);
  await assert.rejects(loadKubeConfig(path, 'nowhere'), {
    message: `kubeconfig ${path} has no context "nowhere"; it has: serval`,
  });
});

test('a Pod finds its API server in the environment', async (t) => {
  const dir = await directory(t);
  await writeFile(join(dir, 'token'), 'of-the-pod');
  await writeFile(join(dir, 'namespace'), 'team\n');
  const loaded = await loadInClusterConfig({ KUBERNETES_SERVICE_HOST: '::1', KUBERNETES_SERVICE_PORT: '443' }, dir);
  assert.equal(loaded.server, 'https://[::1]:443');
  assert.equal(loaded.namespace, 'team');
  await assert.rejects(loadInClusterConfig({}, dir), { message: /outside a Pod/ });
});
