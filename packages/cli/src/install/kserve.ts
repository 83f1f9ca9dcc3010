import type { Client } from '@serval/kube/client';
import { type AnyObject, type Deployment, deployments } from '@serval/kube/objects';
import { type DiscoveredResource, findResource } from '../resources/discovery.ts';

/** KServe's controllers, whose work Serval's operator does too: two would fight over every object. */
const controllerNames: ReadonlySet<string> = new Set([
  'kserve-controller-manager',
  'llmisvc-controller-manager',
  'kserve-localmodel-controller-manager',
]);

export interface KServe {
  /** With the replicas that they are meant to have. */
  readonly controllers: { namespace: string; name: string; replicas: number }[];
  /** Configurations that lead to a Service in a namespace of the controllers, and speak of KServe's kinds. */
  readonly webhooks: { resource: DiscoveredResource; object: AnyObject }[];
  /** Definitions whose conversion leads there. */
  readonly conversions: { name: string; conversion: AnyObject['spec'] }[];
}

/** KServe as it is installed; empty lists where it is not. */
export async function findKServe(
  client: Client,
  resources: readonly DiscoveredResource[],
  signal: AbortSignal,
): Promise<KServe> {
  const controllers = (await client.list(deployments, { signal })).items
    .filter(({ metadata }) => controllerNames.has(metadata.name ?? ''))
    .map(describe);
  const namespaces = new Set(controllers.map(({ namespace }) => namespace));
  const webhooks: KServe['webhooks'] = [];
  for (const plural of ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations']) {
    const resource = findResource(resources, `${plural}.admissionregistration.k8s.io`);
    for (const object of (await client.list(resource, { signal })).items) {
      if (!object.metadata.name?.endsWith('.serving.kserve.io')) continue;
      if (servicesOf(object).some((namespace) => namespaces.has(namespace))) webhooks.push({ resource, object });
    }
  }
  const definitions = findResource(resources, 'customresourcedefinitions.apiextensions.k8s.io');
  const conversions = (await client.list(definitions, { signal })).items.flatMap(({ metadata, spec }) => {
    const { namespace } = spec?.conversion?.webhook?.clientConfig?.service ?? {};
    return spec?.group === 'serving.kserve.io' && namespaces.has(namespace)
      ? [{ name: metadata.name ?? '', conversion: spec.conversion }]
      : [];
  });
  return { controllers, webhooks, conversions };
}

export function runningControllers({ controllers }: KServe): KServe['controllers'] {
  return controllers.filter(({ replicas }) => replicas > 0);
}

function describe({ metadata, spec }: Deployment): KServe['controllers'][number] {
  return { namespace: metadata.namespace ?? '', name: metadata.name ?? '', replicas: spec.replicas ?? 1 };
}

function servicesOf(configuration: AnyObject): string[] {
  const webhooks = (configuration['webhooks'] ?? []) as { clientConfig?: { service?: { namespace?: string } } }[];
  return webhooks.flatMap(({ clientConfig }) => clientConfig?.service?.namespace ?? []);
}
