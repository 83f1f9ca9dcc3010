import type { Client } from '@serval/kube/client';
import { services } from '@serval/kube/objects';
import { webhookConfigurationName } from '@serval/operator/declarations';
import type { DiscoveredResource } from '../resources/discovery.ts';
import { findResource } from '../resources/discovery.ts';
import { ignoringAbsence } from './handover.ts';
import type { InstallOptions } from './installation.ts';
import { findKServe, type KServe, runningControllers } from './kserve.ts';

/** What keeps an installation from working, and what to do about it; or what is only worth knowing. */
export interface Finding {
  readonly severity: 'error' | 'note';
  readonly message: string;
  readonly hint?: string;
}

/** Rules in definitions (CEL) are in every API server from here on. */
const leastMinor = 25;

/** Looks before anything is changed. */
export async function checkCluster(
  client: Client,
  resources: readonly DiscoveredResource[],
  options: InstallOptions,
  { fromKServe, minor, signal }: { fromKServe: boolean; minor: number; signal: AbortSignal },
): Promise<{ findings: Finding[]; kserve: KServe }> {
  const findings: Finding[] = [];
  const has = (group: string, plural: string) =>
    resources.some((resource) => resource.group === group && resource.plural === plural);
  if (minor < leastMinor) {
    findings.push({
      severity: 'error',
      message: `the API server is 1.${minor}; rules in definitions need 1.${leastMinor}`,
    });
  }
  if (!has('gateway.networking.k8s.io', 'httproutes')) {
    findings.push({
      severity: 'error',
      message: 'the Gateway API is not installed: no service could be reached',
      hint: 'install its standard channel first: https://gateway-api.sigs.k8s.io/guides/#installing-gateway-api',
    });
  }
  if (options.webhooks && options.certificates === 'cert-manager' && !has('cert-manager.io', 'certificates')) {
    findings.push({
      severity: 'error',
      message: 'cert-manager is not installed',
      hint: 'install it first, or use --certificates self-managed',
    });
  }
  findings.push(...(await otherInstallation(client, resources, options, signal)));
  const kserve = await findKServe(client, resources, signal);
  const running = runningControllers(kserve);
  if (running.length > 0 && !fromKServe) {
    const names = running.map(({ namespace, name }) => `${namespace}/${name}`).join(', ');
    findings.push({
      severity: 'error',
      message: `KServe runs here (${names}), and two operators would fight over every object`,
      hint: '--from-kserve takes its definitions and objects over and scales it to zero; `serval uninstall --to-kserve` goes back',
    });
  }
  if (running.length === 0 && has('serving.kserve.io', 'inferenceservices')) {
    findings.push({
      severity: 'note',
      message: 'definitions of serving.kserve.io are there already: they are brought up to date',
    });
  }
  return { findings, kserve };
}

async function otherInstallation(
  client: Client,
  resources: readonly DiscoveredResource[],
  { namespace }: InstallOptions,
  signal: AbortSignal,
): Promise<Finding[]> {
  const running = await findPlatform(client, resources, signal);
  if (running) {
    return [
      {
        severity: 'error',
        message: `${running}, and brings its own operator`,
        hint: 'stop it first, or leave it to it',
      },
    ];
  }
  const service = (await webhookClient(client, resources, signal))?.service;
  if (!service || service.namespace === namespace) return [];
  return [
    {
      severity: 'error',
      message: `Serval is installed in namespace ${service.namespace}`,
      hint: `use --namespace ${service.namespace}, or uninstall it there first`,
    },
  ];
}

/** A `serval up` that answers the webhooks of this API server from outside of the cluster, in words. */
export async function findPlatform(
  client: Client,
  resources: readonly DiscoveredResource[],
  signal: AbortSignal,
): Promise<string | undefined> {
  const asked = await webhookClient(client, resources, signal);
  if (asked?.url) return `\`serval up --kubeconfig\` runs on this cluster (${new URL(asked.url).origin})`;
  // The embedded engine asks in the process: there is no Service.
  if (!asked?.service || (await ignoringAbsence(client.get(services, asked.service, { signal })))) return undefined;
  return 'this is the API server of `serval up`';
}

interface WebhookClient {
  url?: string;
  service?: { namespace: string; name: string };
}

/** How the API server reaches the webhooks of a Serval that is there. */
async function webhookClient(
  client: Client,
  resources: readonly DiscoveredResource[],
  signal: AbortSignal,
): Promise<WebhookClient | undefined> {
  const resource = findResource(resources, 'validatingwebhookconfigurations.admissionregistration.k8s.io');
  const found = await ignoringAbsence(client.get(resource, { name: webhookConfigurationName }, { signal }));
  const [first] = (found?.['webhooks'] ?? []) as { clientConfig?: WebhookClient }[];
  return first?.clientConfig;
}
