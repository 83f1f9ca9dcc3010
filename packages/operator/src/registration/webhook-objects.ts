import { type CustomResourceDefinition, customResourceDefinitions } from '@serval/api';
import { type Client, type Clock, createReflector, type Log, type Reflector } from '@serval/kube/client';
import { defineResource, type KubeObject, type Resource } from '@serval/kube/objects';
import { multiVersionCrdNames } from '../declarations/conversion.ts';
import type { AccessNotes } from '../scope/access-notes.ts';

/** `clientConfig` of a webhook or a conversion stanza, as it is stored. */
export interface StoredClientConfig {
  url?: string;
  service?: { namespace: string; name: string; path?: string; port?: number };
  /** Base64 of PEM. */
  caBundle?: string;
}

export interface StoredWebhookConfiguration extends KubeObject {
  webhooks?: { name: string; clientConfig: StoredClientConfig }[];
}

const group = 'admissionregistration.k8s.io';
const mutatingWebhookConfigurations = defineResource<StoredWebhookConfiguration>({
  group,
  version: 'v1',
  plural: 'mutatingwebhookconfigurations',
  kind: 'MutatingWebhookConfiguration',
  namespaced: false,
});
const validatingWebhookConfigurations = defineResource<StoredWebhookConfiguration>({
  group,
  version: 'v1',
  plural: 'validatingwebhookconfigurations',
  kind: 'ValidatingWebhookConfiguration',
  namespaced: false,
});

/** One object in which API servers read where a webhook is. */
export interface WebhookObject {
  readonly resource: Resource;
  readonly name: string;
  /** As it is stored; nothing when it is not there, or may not be read. */
  live(): KubeObject | undefined;
  isReadable(): boolean;
}

export interface WebhookObjects {
  readonly objects: readonly WebhookObject[];
  readonly synced: Promise<unknown>;
  onChange(listener: () => void): () => void;
}

/** Follows the webhook configurations and the definitions that are converted, each by its name: nothing else may be read. */
export function watchWebhookObjects(options: {
  client: Client;
  /** Whether it reads what has no namespace. Without, there are no objects here. */
  clusterScoped: boolean;
  access: AccessNotes;
  /** Of both configurations. */
  configurationName: string;
  clock?: Clock;
  log: Log;
  signal: AbortSignal;
}): WebhookObjects {
  const { configurationName, clusterScoped, access, ...common } = options;
  const follow = <T extends KubeObject>(resource: Resource<T>, name: string) => {
    let readable = true;
    const note = { right: `list and watch ${resource.plural}.${resource.group} ${name}`, namespace: '' };
    const reflector = createReflector<T>({
      ...common,
      resource,
      fieldSelector: `metadata.name=${name}`,
      mayBeRefused: true,
      onAccess(refusal) {
        readable = refusal === undefined;
        if (readable) access.granted(note);
        else
          access.missing({
            ...note,
            consequence: 'its webhooks are not probed, nor its caBundle kept',
            required: false,
          });
      },
    }) as unknown as Reflector<KubeObject>;
    return { reflector, name, isReadable: () => readable };
  };
  const followed = !clusterScoped
    ? []
    : [
        follow(mutatingWebhookConfigurations, configurationName),
        follow(validatingWebhookConfigurations, configurationName),
        ...multiVersionCrdNames().map((name) => follow<CustomResourceDefinition>(customResourceDefinitions, name)),
      ];
  const synced = Promise.all(followed.map(({ reflector }) => reflector.synced));
  synced.catch(() => {});
  return {
    objects: followed.map(({ reflector, name, isReadable }) => ({
      resource: reflector.resource,
      name,
      isReadable,
      live: () => reflector.get('', name),
    })),
    synced,
    onChange(listener) {
      const stops = followed.map(({ reflector }) => reflector.onChange(() => listener()));
      return () => {
        for (const stop of stops) stop();
      };
    },
  };
}
