import { join } from 'node:path';
import { startEngine } from '@serval/engine';
import { createClient, type Transport, writeKubeConfig } from '@serval/kube/client';
import type { JsonObject } from '@serval/kube/objects';
import { createCallOverTls, type Webhooks } from '@serval/operator';
import { operatorServiceAccountName, webhookServiceName } from '@serval/operator/declarations';
import { checkPort } from './check-port.ts';
import type { ControlPlane, ControlPlaneOptions, Stops } from './control-plane.ts';
import { systemNamespace } from './model-store-objects.ts';

const loopback = '127.0.0.1';

/** An engine in this process, which calls webhooks and node without a socket. */
export async function startEmbeddedEngine(
  { dataDir, apiPort, log }: ControlPlaneOptions,
  stops: Stops,
): Promise<ControlPlane> {
  let webhooks: Webhooks | undefined;
  let kubelet: Transport | undefined;
  const answer = async (service: { namespace: string; name: string; path?: string }, body: object) => {
    if (webhooks === undefined || service.namespace !== systemNamespace || service.name !== webhookServiceName) {
      throw new Error(`nothing answers for Service ${service.namespace}/${service.name}`);
    }
    return webhooks(service.path ?? '/', body);
  };
  await checkPort(loopback, apiPort, '--api-port');
  const engine = await startEngine({
    dataDir: join(dataDir, 'engine'),
    host: loopback,
    port: apiPort,
    log,
    callService: async (service, body) => (await answer(service, body)) as unknown as JsonObject,
    callKubelet: async (_node, request) => {
      if (kubelet === undefined) throw new Error('the node is not up yet');
      return kubelet(request);
    },
  });
  stops.push(() => engine.close());
  const kubeconfig = join(dataDir, 'kubeconfig');
  await writeKubeConfig(kubeconfig, { name: 'serval', ...engine.kubeconfig });
  return {
    client: createClient({ transport: engine.handle, fieldManager: 'serval' }),
    operatorClient: createClient({ transport: asOperator(engine.handle), fieldManager: 'serval' }),
    apiServer: engine.url,
    kubeconfig,
    scheduling: 'own',
    connectWebhooks: async (given) => {
      webhooks = given;
      return undefined;
    },
    callWebhook: async (config, body, signal) =>
      config.service ? await answer(config.service, body) : await createCallOverTls()(config, body, signal),
    kubeletEndpoint: undefined,
    connectKubelet: (given) => {
      kubelet = given;
    },
  };
}

function asOperator(transport: Transport): Transport {
  const user = `system:serviceaccount:${systemNamespace}:${operatorServiceAccountName}`;
  return (request) => transport({ ...request, headers: { ...request.headers, 'impersonate-user': user } });
}
