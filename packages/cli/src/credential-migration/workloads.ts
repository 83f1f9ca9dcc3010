import { type InferenceService, parseStorageScope } from '@serval/api';
import type { Deployment, Pod, ServiceAccount } from '@serval/kube/objects';
import { imagesOfPod, type PodLike, pullSecretName, storageRequestOf } from '@serval/operator/credentials';
import { serviceLabel } from '@serval/operator/declarations';
import { parseImageReference } from '@serval/storage/registry-credentials';

/** A pull secret that somebody wrote, and where it is to be taken out. */
interface OwnPullSecret {
  name: string;
  /** `ServiceAccount default`, `InferenceService scorer`, or `Pods of scorer`. */
  at: string;
}

/** A Secret that a ServiceAccount, or an annotation of the service, names for reading models. */
export interface OwnStorageSecret {
  name: string;
  at: string;
}

/** What a service pulls and reads, and with what, as it is today. */
export interface Workload {
  namespace: string;
  service: string;
  /** `REGISTRY/REPOSITORY`. */
  images: string[];
  pullSecrets: OwnPullSecret[];
  /** Addresses that models are fetched from; none of those that need no credential of a store. */
  models: string[];
  /** In the order in which they are tried. */
  storageSecrets: OwnStorageSecret[];
  /** The service names an entry of `storage-config`: where that leads is told by the entry alone. */
  namesEntry: boolean;
}

export interface NamespaceObjects {
  namespace: string;
  services: readonly InferenceService[];
  deployments: readonly Deployment[];
  pods: readonly Pod[];
  serviceAccounts: readonly ServiceAccount[];
}

/**
 * Every workload once: from Deployments and Pods of services, and from services themselves that have neither. Pull secrets of a
 * ServiceAccount count only where a Pod has none of its own (Kubernetes, "Add ImagePullSecrets to a service account").
 */
export function workloadsOf(objects: NamespaceObjects): Workload[] {
  const { namespace, services, deployments, pods } = objects;
  const labelled = [
    ...deployments.map(({ spec, metadata }) => ({ pod: spec.template as PodLike, labels: metadata.labels })),
    ...pods.map((pod) => ({ pod: pod as PodLike, labels: pod.metadata.labels })),
  ].flatMap(({ pod, labels }) => {
    const service = pod.metadata?.labels?.[serviceLabel] ?? labels?.[serviceLabel];
    return service === undefined ? [] : [{ pod, service }];
  });
  const idle = services
    .filter(({ metadata }) => !labelled.some(({ service }) => service === metadata.name))
    .flatMap((service) => componentsOf(service).map((pod) => ({ pod, service: service.metadata.name ?? '' })));
  const found = [...labelled, ...idle].map(
    ({ pod, service }): Workload => ({
      namespace,
      service,
      images: [...new Set([...imagesOfPod(pod, namespace), ...modelImages(pod)])].sort(),
      pullSecrets: pullSecretsOf(pod, service, objects),
      ...storageOf(pod, objects),
    }),
  );
  return [...new Map(found.map((workload) => [JSON.stringify(workload), workload])).values()];
}

interface Component {
  containers?: PodLike['spec']['containers'];
  model?: { image?: string; storageUri?: string; storage?: unknown };
  imagePullSecrets?: { name?: string }[];
  serviceAccountName?: string;
}

/** What is known of Pods before there are any: own containers, images of models, and nothing of the runtime. */
function componentsOf({ spec }: InferenceService): PodLike[] {
  const components = [spec.predictor, spec.transformer, spec.explainer] as (Component | undefined)[];
  return components.flatMap((component) => {
    if (!component) return [];
    const { containers = [], model, ...rest } = component;
    const image = model?.image ? [{ name: 'model', image: model.image }] : [];
    return [{ spec: { ...rest, containers: [...containers, ...image], model } } as PodLike];
  });
}

function modelImages({ spec }: PodLike): string[] {
  const uri = (spec as Component).model?.storageUri;
  const image = uri?.startsWith('oci://') ? parseImageReference(uri.slice('oci://'.length)) : undefined;
  return image ? [`${image.registry}/${image.repository}`] : [];
}

/** KServe's: another Secret than those of the ServiceAccount. */
const secretNameAnnotation = 'serving.kserve.io/storageSecretName';

function storageOf(
  pod: PodLike,
  { namespace, serviceAccounts }: NamespaceObjects,
): Pick<Workload, 'models' | 'storageSecrets' | 'namesEntry'> {
  const request = storageRequestOf(pod, namespace);
  const { model, serviceAccountName } = pod.spec as Component;
  const uris = request?.sources.map(({ uri }) => uri) ?? (model?.storageUri ? [model.storageUri] : []);
  const account = serviceAccountName ?? 'default';
  const annotated = pod.metadata?.annotations?.[secretNameAnnotation];
  const ofAccount = serviceAccounts.find(({ metadata }) => metadata.name === account)?.secrets ?? [];
  return {
    models: [...new Set(uris.filter((uri) => parseStorageScope(uri) !== undefined))].sort(),
    storageSecrets: annotated
      ? [{ name: annotated, at: `annotation ${secretNameAnnotation}` }]
      : ofAccount.flatMap(({ name }) => (name ? [{ name, at: `secrets of ServiceAccount ${account}` }] : [])),
    namesEntry: request?.entry !== undefined || model?.storage !== undefined,
  };
}

function pullSecretsOf({ spec }: PodLike, service: string, objects: NamespaceObjects): OwnPullSecret[] {
  const account = spec.serviceAccountName ?? 'default';
  const ofAccount = namesOf(objects.serviceAccounts.find(({ metadata }) => metadata.name === account));
  const found = objects.services.find(({ metadata }) => metadata.name === service);
  const components = [found?.spec.predictor, found?.spec.transformer, found?.spec.explainer] as (
    | Component
    | undefined
  )[];
  const ofService = components.flatMap(namesOf);
  const written = namesOf(spec);
  const names = (written.length > 0 ? written : ofAccount).filter((name) => name !== pullSecretName);
  return [...new Set(names)].map((name) => {
    if (ofService.includes(name)) return { name, at: `InferenceService ${service}` };
    return { name, at: ofAccount.includes(name) ? `ServiceAccount ${account}` : `Pods of ${service}` };
  });
}

function namesOf(holder: { imagePullSecrets?: { name?: string }[] } | undefined): string[] {
  return (holder?.imagePullSecrets ?? []).flatMap(({ name }) => (name ? [name] : []));
}
