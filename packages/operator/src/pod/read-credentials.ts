import type { Client } from '@serval/kube/client';
import { type EnvVar, isStatusError, type Pod, type Secret, secrets, serviceAccounts } from '@serval/kube/objects';
import type { ServingConfig } from '../config/serving-config.ts';
import { credentialEnv } from './credential-env.ts';

/** A service account names a handful of Secrets; more than this would make admission slow. */
const maxSecrets = 20;

/** What the Pod's service account gives its storage initializer. A missing account or Secret gives nothing. */
export async function readCredentials(
  client: Client,
  pod: Pod,
  namespace: string,
  config: ServingConfig,
  signal: AbortSignal,
): Promise<EnvVar[]> {
  const name = pod.spec.serviceAccountName || 'default';
  const account = await present(client.get(serviceAccounts, { namespace, name }, { signal }));
  const names = (account?.secrets ?? []).flatMap((reference) => reference.name ?? []).slice(0, maxSecrets);
  const read = await Promise.all(
    names.map((secret) => present(client.get(secrets, { namespace, name: secret }, { signal }))),
  );
  return credentialEnv(
    read.filter((secret): secret is Secret => secret !== undefined),
    config,
  );
}

async function present<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (isStatusError(error, 'NotFound')) return undefined;
    throw error;
  }
}
