import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority, createServerCertificate } from '@serval/kube/certificates';
import { type Client, writeKubeConfig } from '@serval/kube/client';
import { type AnyObject, gatewayClasses, gateways, type KubeObject, leases } from '@serval/kube/objects';
import {
  defaultGatewayName,
  defaultNamespace,
  gatewayClassName,
  operatorLeaseName,
  operatorServiceAccountName,
  platformObjects,
  webhookServiceName,
} from '@serval/operator/declarations';
import { bundleOperator } from '../../scripts/operator/bundle.ts';
import { eventually } from '../../test/support/eventually.ts';
import type { ApiServer } from './api-server.ts';
import { type Audit, startAudit } from './audit.ts';
import { type OperatorProgram, startProgram } from './program.ts';

/** An installation whose operator is a process, asking a counted address of the API server. */
export interface BenchedOperator {
  readonly audit: Audit;
  /** Kubeconfig of the same counted address, with the rights of an administrator where the API server asks for no token. */
  readonly administrator: string;
  program(): OperatorProgram;
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** Installs everything, webhooks included, on `server` and starts the operator under the rules that it declares. */
export async function installOperator(
  server: ApiServer,
  nodeOptions: readonly string[] = [],
): Promise<BenchedOperator> {
  const { client } = server;
  const directory = await mkdtemp(join(tmpdir(), 'serval-bench-certificates-'));
  const hosts = ['', '.svc', '.svc.cluster.local'].map((end) => `${webhookServiceName}.${defaultNamespace}${end}`);
  const authority = await createAuthority('bench-ca', Date.now());
  const certificate = await createServerCertificate(authority, 'bench', [...hosts, '127.0.0.1'], Date.now());
  await writeFile(join(directory, 'tls.crt'), certificate.certificate);
  await writeFile(join(directory, 'tls.key'), certificate.key, { mode: 0o600 });
  const audit = await startAudit(server.transport, certificate);
  let running: OperatorProgram | undefined;
  const close = async () => {
    await running?.stop();
    await audit.close();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const webhookPort = await freePort();
    const caBundle = Buffer.from(authority.certificate).toString('base64');
    const webhooks = { url: `https://127.0.0.1:${webhookPort}`, caBundle };
    const objects = platformObjects({ gatewayPort: 18_080, webhooks });
    const isWebhook = ({ kind }: AnyObject) => kind?.endsWith('WebhookConfiguration') ?? false;
    for (const object of objects.filter((each) => !isWebhook(each))) await server.apply(object);
    await programGateway(client);
    const kubeconfig = join(directory, 'kubeconfig');
    const token = await tokenOf(client);
    const counted = { name: 'bench', server: audit.url, caData: authority.certificate };
    await writeKubeConfig(kubeconfig, { ...counted, token });
    const administrator = join(directory, 'administrator');
    await writeKubeConfig(administrator, counted);
    const { main } = await bundleOperator(directory);
    const start = () =>
      startProgram({
        main,
        kubeconfig,
        namespace: defaultNamespace,
        certificates: directory,
        webhookPort,
        nodeOptions,
      });
    running = await start();
    for (const object of objects.filter(isWebhook)) await server.apply(object);
    await leads(client);
    return {
      audit,
      administrator,
      program: () => running as OperatorProgram,
      async restart() {
        await running?.stop();
        running = await start();
        await leads(client);
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Of the operator's ServiceAccount, so that it may do what its rules say and nothing else. */
async function tokenOf(client: Client): Promise<string> {
  const response = await client.request({
    method: 'POST',
    path: `/api/v1/namespaces/${defaultNamespace}/serviceaccounts/${operatorServiceAccountName}/token`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { expirationSeconds: 86_400 },
    }),
  });
  const chunks: Uint8Array[] = [];
  for await (const chunk of response.body) chunks.push(chunk);
  return (JSON.parse(Buffer.concat(chunks).toString()) as { status: { token: string } }).status.token;
}

/** As the Gateway's implementation would, before anybody asks for routes. */
async function programGateway(client: Client): Promise<void> {
  const status = { subresource: 'status' } as const;
  const told = (types: readonly string[], { metadata }: KubeObject) =>
    types.map((type) => ({
      type,
      status: 'True',
      reason: type,
      message: '',
      observedGeneration: metadata.generation ?? 1,
      lastTransitionTime: new Date().toISOString(),
    }));
  const className = { name: gatewayClassName };
  const gatewayClass = await client.get(gatewayClasses, className);
  const taken = { status: { conditions: told(['Accepted'], gatewayClass) } };
  await client.patch(gatewayClasses, className, 'merge', taken, status);
  const name = { namespace: defaultNamespace, name: defaultGatewayName };
  const gateway = await client.get(gateways, name);
  const listeners = (gateway.spec.listeners ?? []).map((listener) => ({
    name: listener.name,
    attachedRoutes: 0,
    supportedKinds: [{ group: gateways.group, kind: 'HTTPRoute' }],
    conditions: told(['Accepted', 'Programmed', 'ResolvedRefs'], gateway),
  }));
  const addresses = [{ type: 'IPAddress', value: '127.0.0.1' }];
  const conditions = told(['Accepted', 'Programmed'], gateway);
  await client.patch(gateways, name, 'merge', { status: { addresses, conditions, listeners } }, status);
}

/** Definitions name it before anybody listens there. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function leads(client: Client): Promise<void> {
  await eventually(async () => {
    const { spec } = await client.get(leases, { namespace: defaultNamespace, name: operatorLeaseName });
    if (!spec.holderIdentity) throw new Error('the operator does not lead');
  });
}
