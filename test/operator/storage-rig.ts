import assert from 'node:assert/strict';
import {
  type CredentialGrant,
  credentialGrants,
  type InferenceService,
  inferenceServices,
  type Pipeline,
  type PlatformDefaults,
  pipelines,
  platformDefaults,
} from '@serval/api';
import type { Client } from '@serval/kube/client';
import { type Pod, pods, secrets } from '@serval/kube/objects';
import { eventually } from '../support/eventually.ts';

export const projectedStorage = 'serval-storage-credentials';
const initializerSource = 'internal.serving.kserve.io/storage-initializer-sourceuri';

/** Keys of an S3 store: whose they are can be told by the user. */
export async function keysOf(client: Client, namespace: string, name: string, user: string) {
  const texts = { AWS_ACCESS_KEY_ID: user, AWS_SECRET_ACCESS_KEY: `SENTINEL-${user}` };
  return await storeSecret(client, namespace, name, texts);
}

export async function storeSecret(client: Client, namespace: string, name: string, texts: Record<string, string>) {
  const data = Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, encoded(text)]));
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name }, type: 'Opaque', data };
  return await client.apply(secrets, secret, { force: true });
}

export async function setStorageDefaults(client: Client, entries: Readonly<Record<string, string>>) {
  const list = Object.entries(entries).map(([match, name]) => ({ match, secretRef: { name } }));
  const defaults = {
    apiVersion: 'platform.serval.dev/v1alpha1',
    kind: 'PlatformDefaults',
    metadata: { name: 'default' },
    spec: { storageCredentials: { entries: list } },
  };
  await client.apply(platformDefaults, defaults as PlatformDefaults, { force: true });
}

/** @param entries  by stage; `''` for those of the pipeline */
export async function storagePipeline(
  client: Client,
  stages: Readonly<Record<string, string>>,
  entries: Readonly<Record<string, Readonly<Record<string, { name: string; namespace?: string }>>>> = {},
) {
  const setOf = (name: string) => {
    const list = Object.entries(entries[name] ?? {}).map(([match, secretRef]) => ({ match, secretRef }));
    return list.length > 0 ? { storageCredentials: { entries: list } } : {};
  };
  const object = {
    apiVersion: 'platform.serval.dev/v1alpha1',
    kind: 'Pipeline',
    metadata: { namespace: 'team-a', name: 'fraud' },
    spec: {
      ...setOf(''),
      stages: Object.entries(stages).map(([name, namespace]) => ({ name, namespace, ...setOf(name) })),
    },
  };
  return await client.apply(pipelines, object as Pipeline, { force: true });
}

export async function grantTo(client: Client, use: 'pull' | 'read', stages?: string[]) {
  const grant = {
    apiVersion: 'platform.serval.dev/v1alpha1',
    kind: 'CredentialGrant',
    metadata: { namespace: 'team-b', name: 'fraud' },
    spec: {
      from: [{ kind: 'Pipeline', namespace: 'team-a', name: 'fraud', ...(stages ? { stages } : {}) }],
      to: [{ kind: 'Secret', name: 'lent', use: [use] }],
    },
  };
  await client.apply(credentialGrants, grant as CredentialGrant, { force: true });
}

/** A service that reads a model; nothing runs it. */
export async function serveModel(client: Client, namespace: string, name: string, predictor: object) {
  const service = {
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    metadata: { namespace, name },
    spec: { predictor },
  };
  await client.create(inferenceServices, service as InferenceService);
}

/** The Pod of a service that reads from an address, as it is admitted. */
export async function admitted(
  client: Client,
  namespace: string,
  uri: string,
  {
    annotations = {},
    labels = {},
    serviceAccountName,
  }: { annotations?: Record<string, string>; labels?: Record<string, string>; serviceAccountName?: string } = {},
): Promise<Pod> {
  return await client.create(pods, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      namespace,
      generateName: 'scorer-',
      annotations: { [initializerSource]: uri, ...annotations },
      labels: { 'serving.kserve.io/inferenceservice': 'scorer', ...labels },
    },
    spec: {
      containers: [{ name: 'kserve-container', image: 'quay.io/acme/server:1' }],
      ...(serviceAccountName ? { serviceAccountName } : {}),
    },
  } as Pod);
}

/** What the initializer of a Pod would have in its environment, with values of Secrets as they are now. */
export async function environmentOf(client: Client, pod: Pod): Promise<Record<string, string>> {
  const initializer = pod.spec.initContainers?.find(({ name }) => name === 'storage-initializer');
  const namespace = pod.metadata.namespace ?? '';
  const found = (initializer?.env ?? []).map(async ({ name, value, valueFrom }) => {
    const from = valueFrom?.secretKeyRef;
    if (!from) return [name, value ?? ''] as const;
    const { data } = await client.get(secrets, { namespace, name: from.name ?? '' });
    const held = data?.[from.key ?? ''];
    assert.ok(held !== undefined, `${from.name} has no ${from.key}`);
    return [name, Buffer.from(held, 'base64').toString()] as const;
  });
  return Object.fromEntries(await Promise.all(found));
}

/** Who the projected Secret is of, once it is that one. */
export async function projectedFor(client: Client, namespace: string, user: string): Promise<Record<string, string>> {
  return await eventually(async () => {
    const { data = {} } = await client.get(secrets, { namespace, name: projectedStorage });
    const texts = Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]);
    assert.ok(
      texts.some(([, text]) => text === user),
      JSON.stringify(texts),
    );
    return Object.fromEntries(texts) as Record<string, string>;
  });
}

function encoded(text: string): string {
  return Buffer.from(text).toString('base64');
}
