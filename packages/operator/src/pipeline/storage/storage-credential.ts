import type { StorageScope } from '@serval/api';
import type { Secret } from '@serval/kube/objects';
import type { ServingConfig } from '../../config/serving-config.ts';
import { partsOfSecret, type SecretPart } from '../../credentials/account/account-secret.ts';
import { textOf } from '../../credentials/account/secret-data.ts';
import { joinParts, type Part } from '../../credentials/part.ts';
import type { ProjectedContent } from '../projection/plan-projection.ts';
import { nameOfSecret, type ResolutionProblem } from '../resolution.ts';
import { entryFor } from './storage-config-entry.ts';

/** What a Secret gives for the addresses of one match. */
export interface StorageCredential {
  /** What of it is projected, by keys of the projected Secret, in base64. */
  readonly content: ProjectedContent;
  /** What the storage initializer gets, with references to the projected Secret. */
  readonly part: Part;
}

export type CredentialProblem = Pick<ResolutionProblem, 'reason' | 'message'>;

/**
 * What a Secret has for a match, in any form that a ServiceAccount's may have (KServe), or as an entry of the kind of Secret `storage-config`.
 * Of a Secret with several forms only that is taken which is for the kind of store.
 *
 * @param id      begins the keys of what is projected
 * @param target  the projected Secret
 */
export function credentialOf(
  secret: Secret,
  scope: StorageScope,
  { id, target }: { readonly id: string; readonly target: string },
  config: ServingConfig,
): StorageCredential | CredentialProblem {
  const parts = partsOfSecret(secret, config).filter((part) => isFor(part, secret, scope));
  const problem = parts.flatMap(({ problems = [] }) => problems)[0];
  if (problem) return { reason: 'MalformedStorageConfig', message: problem };
  if (parts.length > 0) {
    const projected = projectedParts(parts, secret, id, target);
    const missing = Object.keys(projected.content).find((key) => projected.content[key] === '');
    if (missing === undefined) return projected;
    const name = nameOfSecret({ namespace: secret.metadata.namespace ?? '', name: secret.metadata.name ?? '' });
    const message = `${name} has nothing under the key ${missing.slice(id.length + 1)}, which goes with its others`;
    return { reason: 'MalformedStorageConfig', message };
  }
  const found = entryFor(secret, scope, config);
  if ('reason' in found) return found;
  const key = `${id}.entry`;
  return {
    content: { [key]: Buffer.from(found.text).toString('base64') },
    part: {
      store: scope.kind,
      env: [
        { name: 'STORAGE_CONFIG', valueFrom: { secretKeyRef: { name: target, key } } },
        // So that what the initializer says about a field names where it stands.
        { name: 'SERVAL_STORAGE_ENTRY', value: found.called },
      ],
      ...(found.certificates ? { certificates: found.certificates } : {}),
    },
  };
}

/** For a store that nothing here speaks, whoever does gets all that there is. */
function isFor({ store }: SecretPart, secret: Secret, scope: StorageScope): boolean {
  if (scope.kind === 'other') return true;
  if (store !== scope.kind) return false;
  // Headers are for one server.
  return store !== 'http' || isHostOf(textOf(secret, 'https-host') ?? '', scope);
}

/** A text that is no host is told as what is wrong with the Secret, by whoever reads it. */
function isHostOf(written: string, { store }: StorageScope): boolean {
  const { host, hostname } = new URL(store);
  const told = written.toLowerCase();
  return told === host || told === hostname || !/^[a-z0-9_.-]+(:\d{1,5})?$/.test(told);
}

function projectedParts(parts: readonly SecretPart[], secret: Secret, id: string, target: string): StorageCredential {
  const { env, volumes, volumeMounts } = joinParts(parts);
  const keys = new Set<string>();
  const keyed = (key: string) => {
    keys.add(key);
    return `${id}.${key}`;
  };
  const files = new Map(parts.flatMap((part) => (part.volumes ?? []).map(({ name }) => [name, part.files] as const)));
  const certificates = parts.find((part) => part.certificates)?.certificates;
  const part: Part = {
    ...(parts.length === 1 && parts[0] ? { store: parts[0].store } : {}),
    env: env.map((variable) => {
      const from = variable.valueFrom?.secretKeyRef;
      if (!from) return variable;
      return { name: variable.name, valueFrom: { secretKeyRef: { name: target, key: keyed(from.key ?? '') } } };
    }),
    volumes: volumes.map(({ name }) => ({
      name,
      secret: {
        secretName: target,
        items: (files.get(name) ?? []).map((file) => ({ key: keyed(file), path: file })),
      },
    })),
    volumeMounts,
    ...(certificates ? { certificates } : {}),
  };
  const content = [...keys].map((key) => [`${id}.${key}`, secret.data?.[key] ?? ''] as const);
  return { content: Object.fromEntries(content), part };
}
