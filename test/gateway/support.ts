import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { customResourceDefinitions, gatewayApiCrds } from '@serval/api';
import { startEngine } from '@serval/engine';
import { type Client, createClient, silentLog, writeKubeConfig } from '@serval/kube/client';
import {
  endpointSlices,
  type Gateway,
  gatewayClasses,
  gateways,
  type HttpRoute,
  httpRoutes,
  type Service,
  services,
} from '@serval/kube/objects';
import { eventually } from '../support/eventually.ts';

export const controllerName = 'platform.serval.dev/gateway';

export interface TestCluster {
  client: Client;
  kubeconfig: string;
}

/** A real engine that knows the Gateway API, gone with the test. */
export async function startCluster(t: TestContext): Promise<TestCluster> {
  const directory = await mkdtemp(join(tmpdir(), 'serval-gateway-'));
  const engine = await startEngine({ dataDir: join(directory, 'engine'), log: silentLog });
  t.after(async () => {
    await engine.close();
    await rm(directory, { recursive: true, force: true });
  });
  const client = createClient({ transport: engine.handle, fieldManager: 'test' });
  for (const crd of gatewayApiCrds()) await client.create(customResourceDefinitions, crd);
  await eventually(async () => {
    await Promise.all([client.list(gateways), client.list(httpRoutes), client.list(gatewayClasses)]);
  });
  const kubeconfig = join(directory, 'kubeconfig');
  await writeKubeConfig(kubeconfig, { name: 'serval', ...engine.kubeconfig });
  await client.create(gatewayClasses, {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'GatewayClass',
    metadata: { name: 'serval' },
    spec: { controllerName },
  });
  return { client, kubeconfig };
}

export async function createGateway(client: Client, port: number): Promise<Gateway> {
  return await client.create(gateways, {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { name: 'gw', namespace: 'default' },
    spec: { gatewayClassName: 'serval', listeners: [{ name: 'http', port, protocol: 'HTTP' }] },
  });
}

export async function createRoute(
  client: Client,
  name: string,
  hostname: string,
  service: string,
  more: Partial<HttpRoute['spec']> = {},
): Promise<HttpRoute> {
  return await client.create(httpRoutes, {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name, namespace: 'default' },
    spec: {
      parentRefs: [{ name: 'gw' }],
      hostnames: [hostname],
      rules: [{ backendRefs: [{ name: service, port: 80 }] }],
      ...more,
    },
  });
}

export async function createService(client: Client, name: string): Promise<Service> {
  return await client.create(services, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'default' },
    spec: { ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
  });
}

/** Writes the endpoints of a Service, one slice each since their ports differ. */
export async function setEndpoints(client: Client, service: string, addresses: readonly string[]): Promise<void> {
  const { items } = await client.list(endpointSlices, {
    namespace: 'default',
    labelSelector: `kubernetes.io/service-name=${service}`,
  });
  const wanted = new Map(addresses.map((address) => [`${service}-${address.split(':')[1]}`, address]));
  for (const [name, address] of wanted) {
    if (items.some(({ metadata }) => metadata.name === name)) continue;
    const [ip = '', port] = address.split(':');
    await client.create(endpointSlices, {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name, namespace: 'default', labels: { 'kubernetes.io/service-name': service } },
      addressType: 'IPv4',
      endpoints: [{ addresses: [ip], conditions: { ready: true } }],
      ports: [{ name: 'http', port: Number(port), protocol: 'TCP' }],
    });
  }
  for (const { metadata } of items) {
    if (!wanted.has(metadata.name ?? '')) {
      await client.delete(endpointSlices, { namespace: 'default', name: metadata.name ?? '' });
    }
  }
}

/** A server that can be told to end, gone with the test at the latest. */
export async function startServer(
  t: TestContext,
  listener: RequestListener,
): Promise<{ address: string; stop(): void }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = () => {
    server.close();
    server.closeAllConnections();
  };
  t.after(stop);
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, stop };
}
