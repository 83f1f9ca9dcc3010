import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { customResourceDefinitions, gatewayApiCrds } from '@serval/api';
import { startEngine } from '@serval/engine';
import { createClient, silentLog, writeKubeConfig } from '@serval/kube/client';
import { endpointSlices, gatewayClasses, gateways, httpRoutes, services } from '@serval/kube/objects';
import { request } from 'undici';

export interface BenchGateway {
  /** `http://127.0.0.1:8080`. */
  origin: string;
  pid: number;
  stop(): Promise<void>;
}

const main = fileURLToPath(import.meta.resolve('@serval/gateway/main'));

/** The gateway's process under an engine that has nothing but one route for `host` to `endpoint` (`127.0.0.1:9000`). */
export async function startBenchGateway(host: string, endpoint: string, nodeArgs: string[]): Promise<BenchGateway> {
  const directory = await mkdtemp(join(tmpdir(), 'serval-bench-gateway-'));
  const engine = await startEngine({ dataDir: join(directory, 'engine'), log: silentLog });
  const kubeconfig = join(directory, 'kubeconfig');
  await writeKubeConfig(kubeconfig, { name: 'serval', ...engine.kubeconfig });
  const client = createClient({ transport: engine.handle, fieldManager: 'bench' });
  for (const crd of gatewayApiCrds()) await client.create(customResourceDefinitions, crd);
  await until(() => client.list(httpRoutes).then(() => client.list(gatewayClasses)));

  const args = [...nodeArgs, '-C', '@serval/source', main, '--kubeconfig', kubeconfig, '--port', '0'];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const { external } = JSON.parse(line) as { external: string };

  await client.create(gatewayClasses, {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'GatewayClass',
    metadata: { name: 'serval' },
    spec: { controllerName: 'platform.serval.dev/gateway' },
  });
  await client.create(gateways, {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { name: 'gw', namespace: 'default' },
    spec: {
      gatewayClassName: 'serval',
      listeners: [{ name: 'http', port: Number(external.split(':')[1]), protocol: 'HTTP' }],
    },
  });
  await client.create(services, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'bench', namespace: 'default' },
    spec: { ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
  });
  const [ip = '', port] = endpoint.split(':');
  await client.create(endpointSlices, {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'bench', namespace: 'default', labels: { 'kubernetes.io/service-name': 'bench' } },
    addressType: 'IPv4',
    endpoints: [{ addresses: [ip], conditions: { ready: true } }],
    ports: [{ name: 'http', port: Number(port), protocol: 'TCP' }],
  });
  await client.create(httpRoutes, {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: 'bench', namespace: 'default' },
    spec: {
      parentRefs: [{ name: 'gw' }],
      hostnames: [host],
      rules: [{ backendRefs: [{ name: 'bench', port: 80 }] }],
    },
  });
  const origin = `http://${external}`;
  await until(async () => {
    const { statusCode, body } = await request(origin, { headers: { host } });
    await body.dump();
    if (statusCode !== 200) throw new Error(`the gateway answers ${statusCode}`);
  });
  return {
    origin,
    pid: child.pid as number,
    async stop() {
      await end(child);
      await engine.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export async function end(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
}

async function until(attempt: () => Promise<unknown>): Promise<void> {
  for (let left = 200; ; left -= 1) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (left === 0) throw error;
      await sleep(25);
    }
  }
}
