import {
  type CustomResourceDefinition,
  clusterServingRuntimes,
  customResourceDefinitions,
  inferenceServices,
  servingRuntimes,
} from '@serval/api';
import { type Client, rfc3339 } from '@serval/kube/client';
import {
  configMaps,
  type Deployment,
  defineResource,
  deployments,
  endpointSlices,
  gatewayClasses,
  gateways,
  grpcRoutes,
  httpRoutes,
  ingresses,
  type KubeObject,
  namespaces,
  pods,
  type Resource,
  referenceGrants,
  services,
} from '@serval/kube/objects';
import { readHealthConfigMap } from '@serval/operator';
import { probeTargets, type Seen, type Snapshot } from '@serval/operator/checks';
import {
  configInForceName,
  configMapName,
  healthConfigMapName,
  operatorDeploymentName,
  serviceLabel,
  webhookConfigurationName,
} from '@serval/operator/declarations';
import { probeAll } from './probe.ts';
import { readNamed, type Scope, seenList } from './read-kind.ts';
import { readStorageSecrets } from './read-storage-secrets.ts';

export interface SnapshotOptions {
  client: Client;
  systemNamespace: string;
  scope: Scope;
  /** Whether requests are sent through the Gateway. */
  probes: boolean;
  /** The API server's release, where it said it. */
  kubernetes?: string;
  signal: AbortSignal;
}

const gatewayGroup = 'gateway.networking.k8s.io';
/** By name: a cluster has hundreds of definitions, of a megabyte each. */
const definitionNames = [
  ...['inferenceservices', 'servingruntimes', 'clusterservingruntimes'].map((plural) => `${plural}.serving.kserve.io`),
  ...['gatewayclasses', 'gateways', 'httproutes', 'grpcroutes', 'referencegrants', 'backendtlspolicies'].map(
    (plural) => `${plural}.${gatewayGroup}`,
  ),
];

const webhookConfiguration = (plural: string, kind: string) =>
  defineResource<KubeObject>({ group: 'admissionregistration.k8s.io', version: 'v1', plural, kind, namespaced: false });
const webhookKinds = [
  webhookConfiguration('mutatingwebhookconfigurations', 'MutatingWebhookConfiguration'),
  webhookConfiguration('validatingwebhookconfigurations', 'ValidatingWebhookConfiguration'),
];

/** As KServe's manifests call those of its InferenceServices. */
const kserveWebhookName = 'inferenceservice.serving.kserve.io';

/** As charts and manifests of the known implementations label their controllers; the image then says which one it is. */
const gatewayControllerSelector = `app.kubernetes.io/name in (${[
  ...['kong', 'controller', 'ingress', 'gateway-operator', 'kong-operator', 'gateway-helm', 'envoy-gateway', 'istiod'],
  ...['nginx-gateway', 'nginx-gateway-fabric', 'cilium-operator', 'traefik', 'kgateway'],
].join(',')})`;

/** Reads what the checks need. Every list is bounded, and what may not be read is told instead of failing. */
export async function readSnapshot(options: SnapshotOptions): Promise<Snapshot> {
  const { client, systemNamespace, scope, signal } = options;
  const list = <T extends KubeObject>(resource: Resource<T>, labelSelector?: string) =>
    seenList(client, resource, { scope, labelSelector, everywhere: false, signal });
  /** Also of other namespaces, where there may be a rival or a data plane. */
  const everywhere = <T extends KubeObject>(resource: Resource<T>) =>
    seenList(client, resource, { scope, everywhere: true, signal });
  const system = <T extends KubeObject>(resource: Resource<T>, name: string) =>
    readNamed(client, resource, [{ namespace: systemNamespace, name }], signal);

  const webhooksNamed = async (name: string) =>
    together(await Promise.all(webhookKinds.map((kind) => readNamed(client, kind, [{ name }], signal))));

  const [definitions, config, health, operator, webhookConfigurations, kserveWebhooks] = await Promise.all([
    readNamed<CustomResourceDefinition>(
      client,
      customResourceDefinitions,
      definitionNames.map((name) => ({ name })),
      signal,
    ),
    readNamed(
      client,
      configMaps,
      [configMapName, configInForceName].map((name) => ({ namespace: systemNamespace, name })),
      signal,
    ),
    system(configMaps, healthConfigMapName),
    system<Deployment>(deployments, operatorDeploymentName),
    webhooksNamed(webhookConfigurationName),
    webhooksNamed(kserveWebhookName),
  ]);
  const snapshot: Snapshot = {
    takenAt: rfc3339(Date.now()),
    systemNamespace,
    scope,
    definitions,
    config,
    gatewayClasses: await everywhere(gatewayClasses),
    gateways: await everywhere(gateways),
    routes: await everywhere(httpRoutes),
    grpcRoutes: await everywhere(grpcRoutes),
    ingresses: await list(ingresses, serviceLabel),
    referenceGrants: await everywhere(referenceGrants),
    namespaces: await everywhere(namespaces),
    kubeServices: await everywhere(services),
    endpointSlices: await everywhere(endpointSlices),
    services: await list(inferenceServices),
    runtimes: await list(servingRuntimes),
    clusterRuntimes: await list(clusterServingRuntimes),
    deployments: together([operator, await list(deployments, serviceLabel)]),
    gatewayControllers: await seenList(client, deployments, {
      scope: {},
      labelSelector: gatewayControllerSelector,
      everywhere: true,
      signal,
    }),
    kubernetes: options.kubernetes === undefined ? { unread: 'it was not said' } : { items: [options.kubernetes] },
    pods: await list(pods, serviceLabel),
    webhookConfigurations,
    kserveWebhooks,
    webhookHealth: healthFrom(health),
    storageSecrets: await readStorageSecrets(client, scope, signal),
    probes: { unread: 'requests were not asked for' },
  };
  return options.probes ? { ...snapshot, probes: await probeAll(probeTargets(snapshot), signal) } : snapshot;
}

function healthFrom(seen: Seen<KubeObject>): Snapshot['webhookHealth'] {
  if ('unread' in seen) return seen;
  const checks = readHealthConfigMap(seen.items[0]);
  return checks.length > 0 ? { items: checks } : { unread: 'the operator has told nothing yet' };
}

/** Both lists as one; what is unknown of one is unknown of the whole. */
function together<T>(parts: readonly Seen<T>[]): Seen<T> {
  const items: T[] = [];
  for (const part of parts) {
    if ('unread' in part) return part;
    items.push(...part.items);
  }
  const partly = parts.flatMap((part) => ('partly' in part && part.partly ? [part.partly] : []))[0];
  return { items, ...(partly ? { partly } : {}) };
}
