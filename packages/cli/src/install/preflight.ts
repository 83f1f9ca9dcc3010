import type { Client } from '@serval/kube/client';
import { type AnyObject, isStatusError, services } from '@serval/kube/objects';
import { leastKubernetes } from '@serval/operator/checks';
import { partOfLabels, webhookConfigurationName } from '@serval/operator/declarations';
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

const leastMinor = Number(leastKubernetes.split('.')[1]);

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
  const others = await ifAllowed(otherInstallation(client, resources, options, signal), options);
  const found = await ifAllowed(findKServe(client, resources, signal), options);
  if (!others || !found) {
    findings.push({
      severity: 'note',
      message: 'whether another operator serves these namespaces was not looked at: it takes rights over the cluster',
    });
  }
  findings.push(...(others ?? []));
  const kserve = found ?? { controllers: [], webhooks: [], conversions: [] };
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

/** Who installs into namespaces only need not have rights over the cluster: nothing then. */
async function ifAllowed<T>(asked: Promise<T>, { restricted }: InstallOptions): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (restricted?.clusterScoped === false && isStatusError(error, 'Forbidden')) return undefined;
    throw error;
  }
}

async function otherInstallation(
  client: Client,
  resources: readonly DiscoveredResource[],
  { namespace, restricted }: InstallOptions,
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
  const resource = findResource(resources, 'validatingwebhookconfigurations.admissionregistration.k8s.io');
  const { items } = await client.list(resource, { labelSelector: partOfSelector, signal });
  return items.flatMap((configuration) => besideOther(configuration as AnyObject, namespace, restricted));
}

/** Two operators for one namespace would fight over every object in it. */
function besideOther(configuration: AnyObject, namespace: string, restricted: InstallOptions['restricted']): Finding[] {
  const [asked] = (configuration['webhooks'] ?? []) as StoredWebhook[];
  const other = asked?.clientConfig?.service?.namespace;
  if (!other || other === namespace) return [];
  const served = asked?.namespaceSelector?.matchExpressions?.find(({ key }) => key === 'kubernetes.io/metadata.name');
  const wanted = restricted?.watchNamespaces;
  if (!served?.values && !wanted) {
    return [
      {
        severity: 'error',
        message: `Serval is installed in namespace ${other}`,
        hint: `use --namespace ${other}, or uninstall it there first`,
      },
    ];
  }
  const shared = wanted && served?.values ? wanted.filter((name) => served.values?.includes(name)) : undefined;
  if (shared?.length === 0) return [];
  return [
    {
      severity: 'error',
      message: `the operator in namespace ${other} serves ${(shared ?? served?.values)?.join(', ') ?? 'all namespaces'}`,
      hint: 'a namespace has one operator: give this one others, or take them from that one first',
    },
  ];
}

interface StoredWebhook {
  clientConfig?: WebhookClient;
  namespaceSelector?: { matchExpressions?: { key: string; values?: string[] }[] };
}

const partOfSelector = Object.entries(partOfLabels)
  .map(([label, value]) => `${label}=${value}`)
  .join(',');

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
