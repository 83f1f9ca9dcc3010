import { createAuthority, createServerCertificate } from '@serval/kube/certificates';
import { type Client, createClient, createSocketTransport, loadKubeConfig } from '@serval/kube/client';
import { configMaps, isStatusError } from '@serval/kube/objects';
import { createCallOverTls, serveWebhooks } from '@serval/operator';
import { CliError } from '../command/cli-error.ts';
import type { ControlPlane, ControlPlaneOptions, Stops } from './control-plane.ts';
import { findForeignControllers } from './foreign-controllers.ts';
import { nodeName } from './model-store-objects.ts';
import { findForeignOperator, removeConversion, removeWebhookConfigurations } from './webhook-configurations.ts';

/**
 * Another API server, which calls this process's webhooks and node over TLS. The authority behind them is made anew at every
 * start: its certificate goes to the API server with the webhook configurations.
 */
export async function useOtherApiServer(
  options: ControlPlaneOptions & { kubeconfig: string },
  stops: Stops,
): Promise<ControlPlane> {
  const { kubeconfig, log, onProgress } = options;
  const config = await loadKubeConfig(kubeconfig, options.context);
  const transport = createSocketTransport(config);
  stops.push(() => transport.close());
  const client = createClient({ transport, fieldManager: 'serval' });
  const address = callbackAddress(config.server, options.advertiseAddress);
  const foreign =
    options.controllers === 'auto' ? await findForeignControllers(client, nodeName, Date.now()) : undefined;
  const scheduling = foreign !== undefined || options.controllers === 'off' ? 'cluster' : 'own';
  if (foreign !== undefined) onProgress(`controllers off: the API server has its own (${foreign})`);
  await refuseSecondOperator(client, config.server);

  const authority = await createAuthority('serval-callback-ca', Date.now());
  const { certificate, key } = await createServerCertificate(authority, 'serval', [address], Date.now());
  return {
    client,
    operatorClient: client,
    apiServer: config.server,
    kubeconfig,
    scheduling,
    async connectWebhooks(webhooks) {
      const served = await serveWebhooks({ webhooks, cert: certificate, key, host: address, log });
      stops.push(async () => {
        // Nobody answers them any more, and what nobody answers would refuse every service.
        await removeWebhookConfigurations(client, served.url);
        await removeConversion(client, served.url);
        await served.close();
      });
      return { url: served.url, caBundle: Buffer.from(authority.certificate).toString('base64') };
    },
    callWebhook: createCallOverTls(),
    kubeletEndpoint: { address, certificate, key, clientAuthorities: await clientAuthorities(client, config.caData) },
    connectKubelet: () => undefined,
  };
}

/**
 * Where the API server finds this machine.
 * @throws CliError BadUsage when it is elsewhere and nobody said
 */
function callbackAddress(server: string, advertised: string | undefined): string {
  if (advertised !== undefined) return advertised;
  const host = new URL(server).hostname;
  if (host === 'localhost' || host === '[::1]' || host.startsWith('127.')) return '127.0.0.1';
  throw new CliError(
    'BadUsage',
    `the API server ${new URL(server).origin} is not on this machine, and it must call back`,
    {
      hint: 'give the address of this machine that it reaches with --advertise-address',
    },
  );
}

/**
 * Who may ask the node: holders of client certificates of the authority that the API server tells extension servers to trust, else
 * of the one that signed the API server's own certificate (the same with kubeadm and with Serval's engine).
 */
async function clientAuthorities(client: Client, caData: string | undefined): Promise<string[]> {
  const published = await client
    .get(configMaps, { namespace: 'kube-system', name: 'extension-apiserver-authentication' })
    .catch((error: unknown) => {
      if (isStatusError(error, 'NotFound', 'Forbidden')) return undefined;
      throw error;
    });
  const found = published?.data?.['client-ca-file'] ?? caData;
  return found === undefined ? [] : [found];
}

async function refuseSecondOperator(client: Client, server: string): Promise<void> {
  const service = await findForeignOperator(client);
  if (service === undefined) return;
  throw new CliError('AlreadyRunning', `an operator serves ${server} already: its webhooks are at Service ${service}`, {
    hint: `use that one, or delete it and MutatingWebhookConfiguration serval first`,
  });
}
