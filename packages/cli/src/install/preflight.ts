import type { Client } from '@serval/kube/client';
import { isStatusError } from '@serval/kube/objects';
import { webhookConfigurationName } from '@serval/operator/declarations';
import type { DiscoveredResource } from '../resources/discovery.ts';
import { findResource } from '../resources/discovery.ts';
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
  const resource = findResource(resources, 'validatingwebhookconfigurations.admissionregistration.k8s.io');
  const found = await client.get(resource, { name: webhookConfigurationName }, { signal }).catch((error: unknown) => {
    if (isStatusError(error, 'NotFound')) return undefined;
    throw error;
  });
  const [first] = (found?.['webhooks'] ?? []) as { clientConfig?: { url?: string; service?: { namespace: string } } }[];
  const { service, url } = first?.clientConfig ?? {};
  if (url) {
    return [
      {
        severity: 'error',
        message: `a platform outside of the cluster answers the webhooks (${new URL(url).origin})`,
        hint: 'stop that `serval up --kubeconfig` first',
      },
    ];
  }
  if (!service || service.namespace === namespace) return [];
  return [
    {
      severity: 'error',
      message: `Serval is installed in namespace ${service.namespace}`,
      hint: `use --namespace ${service.namespace}, or uninstall it there first`,
    },
  ];
}
