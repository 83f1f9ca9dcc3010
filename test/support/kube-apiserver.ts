import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAuthority, createClientCertificate, createServerCertificate } from '@serval/kube/certificates';
import { createClient, createSocketTransport, loadKubeConfig, writeKubeConfig } from '@serval/kube/client';
import { namespaces } from '@serval/kube/objects';

// A real kube-apiserver on a real etcd and nothing else, as any installation has them: no controllers, no kubelet. On
// loopback, on free ports. The programs are those that SERVAL_ETCD and SERVAL_KUBE_APISERVER name. Writes DIRECTORY/kubeconfig, prints one
// line when it listens, and ends both on SIGTERM.
const [, , directory] = process.argv;
const { SERVAL_ETCD: etcd, SERVAL_KUBE_APISERVER: apiServer } = process.env;
if (directory === undefined || !etcd || !apiServer) {
  throw new Error('name a directory, and set SERVAL_ETCD and SERVAL_KUBE_APISERVER to the programs');
}
const startLimitMs = 120_000;
const children: ChildProcess[] = [];
process.once('SIGTERM', () => void stop());
process.once('SIGINT', () => void stop());

await mkdir(directory, { recursive: true });
const [client, peer, secure] = [await freePort(), await freePort(), await freePort()];
const at = (port: number) => `http://127.0.0.1:${port}`;
start('etcd', etcd, [
  ...['--data-dir', join(directory, 'etcd')],
  ...['--listen-client-urls', at(client), '--advertise-client-urls', at(client)],
  ...[
    '--listen-peer-urls',
    at(peer),
    '--initial-advertise-peer-urls',
    at(peer),
    '--initial-cluster',
    `default=${at(peer)}`,
  ],
  '--unsafe-no-fsync',
]);
const authority = await createAuthority('test', Date.now());
const files = {
  'ca.crt': authority.certificate,
  ...pairFiles(
    'server',
    await createServerCertificate(authority, 'kube-apiserver', ['127.0.0.1', 'localhost'], Date.now()),
  ),
  ...pairFiles('kubelet-client', await createClientCertificate(authority, 'kube-apiserver', Date.now())),
  'accounts.key': generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  }).privateKey,
};
const token = randomBytes(16).toString('hex');
for (const [name, text] of Object.entries({ ...files, 'tokens.csv': `${token},admin,admin,system:masters\n` })) {
  await writeFile(join(directory, name), text, { mode: 0o600 });
}
const file = (name: string) => join(directory, name);
start('kube-apiserver', apiServer, [
  ...['--etcd-servers', at(client), '--bind-address', '127.0.0.1', '--secure-port', String(secure)],
  ...['--tls-cert-file', file('server.crt'), '--tls-private-key-file', file('server.key')],
  ...['--client-ca-file', file('ca.crt'), '--token-auth-file', file('tokens.csv'), '--authorization-mode', 'Node,RBAC'],
  ...['--kubelet-client-certificate', file('kubelet-client.crt'), '--kubelet-client-key', file('kubelet-client.key')],
  ...['--service-account-key-file', file('accounts.key'), '--service-account-signing-key-file', file('accounts.key')],
  ...['--service-account-issuer', 'https://kubernetes.default.svc', '--service-cluster-ip-range', '10.0.0.0/16'],
  // Nobody makes the account `default` of a namespace here, without which this plugin refuses every Pod.
  ...['--disable-admission-plugins', 'ServiceAccount', '--endpoint-reconciler-type', 'none'],
]);
const kubeconfig = file('kubeconfig');
await writeKubeConfig(kubeconfig, {
  name: 'test',
  server: `https://127.0.0.1:${secure}`,
  caData: authority.certificate,
  token,
});
await untilReady(kubeconfig);
process.stdout.write(`${kubeconfig}\n`);

function start(name: string, program: string, args: readonly string[]): void {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const log = createWriteStream(join(directory ?? '', `${name}.log`));
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  child.once('exit', () => void stop());
  children.push(child);
}

/** The API server first, which writes to the other. */
async function stop(): Promise<void> {
  for (const child of children.splice(0).reverse()) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.removeAllListeners('exit');
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  }
}

async function untilReady(path: string): Promise<void> {
  const transport = createSocketTransport(await loadKubeConfig(path));
  const asked = createClient({ transport, fieldManager: 'test' });
  for (const end = Date.now() + startLimitMs; ; await sleep(200)) {
    try {
      // Made by the API server itself, as the last thing of its start.
      await asked.get(namespaces, { name: 'default' });
      break;
    } catch (error) {
      if (Date.now() > end || children.length === 0) throw error;
    }
  }
  await transport.close();
}

function pairFiles(name: string, { certificate, key }: { certificate: string; key: string }): Record<string, string> {
  return { [`${name}.crt`]: certificate, [`${name}.key`]: key };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}
