import type { EnvVar, Secret } from '@serval/kube/objects';
import type { ServingConfig } from '../config/serving-config.ts';
import { schemePlaceholder } from '../names.ts';
import { composeUri, typeOfUri } from './compose-uri.ts';
import type { Lookup } from './lookup.ts';
import type { Source, StorageRequest } from './storage-request.ts';

/** What a storage entry comes to for one Pod. */
export interface DeliveredEntry {
  readonly sources: readonly Source[];
  readonly env: readonly EnvVar[];
  /** ConfigMap of the namespace with certificates to trust, and how the entry says so. */
  readonly certificates?: { readonly configMap: string; readonly saidBy: string };
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * The entry of the storage Secret that a service names by `storage.key`, or else the default of the type that is wanted, with
 * the service's parameters laid over it (KServe's CreateStorageSpecSecretEnvs). Unlike there, a type among the parameters
 * changes nothing but the type: bucket and certificates of the entry still count.
 */
export function deliverEntry(
  request: StorageRequest,
  lookup: Lookup,
  { credentials }: ServingConfig,
): DeliveredEntry | { readonly problems: readonly string[] } {
  const { namespace, annotations, sources } = request;
  const { key, parameters } = request.entry ?? { key: '', parameters: {} };
  const secretName = annotations[credentials.storageSecretNameAnnotation] || credentials.storageSpecSecretName;
  const where = `Secret ${namespace}/${secretName}`;
  const secret = lookup.get('Secret', namespace, secretName);
  const wanted = parameters['type'] ?? typeOfUri(sources[0]?.uri ?? '');
  const keys = key ? [key] : [...(wanted ? [`default_${wanted}`] : []), 'default'];
  if (key && !secret) {
    return { problems: [`${where} does not exist; spec.predictor.model.storage.key names its key ${quoted(key)}`] };
  }
  const found = keys.find((name) => secret?.data?.[name] !== undefined);
  if (key && !found) {
    const problem = `${where} has no key ${quoted(key)}, which spec.predictor.model.storage.key names; ${keysOf(secret)}`;
    return { problems: [problem] };
  }
  const entry = found === undefined ? undefined : readEntry(secret, found);
  if (found !== undefined && entry === undefined) {
    return { problems: [`${where}, key ${quoted(found)}: must be a JSON object such as {"type": "s3", …}`] };
  }
  const fields: Fields = { ...entry, ...parameters };
  const type = typeof fields['type'] === 'string' ? fields['type'] : typeOfUri(sources[0]?.uri ?? '');
  if (type === undefined) {
    const missing = found
      ? `${where}, key ${quoted(found)}, has no field type`
      : `${where} has no key ${keys.map(quoted).join(' or ')}`;
    return { problems: [`${missing}, and spec.predictor.model.storage.parameters names no type`] };
  }
  const composed = sources.map(({ uri, mountPath }) =>
    uri.startsWith(schemePlaceholder)
      ? { mountPath, ...composeUri(type, fields, uri.slice(schemePlaceholder.length)) }
      : { mountPath, uri },
  );
  const problems = composed.flatMap((one) => ('problem' in one ? [`${entryName(where, found)}: ${one.problem}`] : []));
  if (problems.length > 0) return { problems };
  const overrides = entry?.['type'] === undefined && !parameters['type'] ? { type, ...parameters } : { ...parameters };
  return {
    sources: composed as Source[],
    env: [
      ...(found === undefined
        ? []
        : [{ name: 'STORAGE_CONFIG', valueFrom: { secretKeyRef: { name: secretName, key: found } } }]),
      ...(Object.keys(overrides).length > 0
        ? [{ name: 'STORAGE_OVERRIDE_CONFIG', value: JSON.stringify(overrides) }]
        : []),
    ],
  };
}

function entryName(where: string, key: string | undefined): string {
  return key === undefined ? 'spec.predictor.model.storage.parameters' : `${where}, key ${quoted(key)}`;
}

/** A few, as there may be hundreds. Names of keys are no secret. */
function keysOf(secret: Secret | undefined): string {
  const names = Object.keys(secret?.data ?? {}).sort();
  if (names.length === 0) return 'it has none';
  const shown = names.slice(0, 10).map(quoted).join(', ');
  return `it has ${shown}${names.length > 10 ? ` and ${names.length - 10} more` : ''}`;
}

function readEntry(secret: Secret | undefined, key: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(secret?.data?.[key] ?? '', 'base64').toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
  } catch {
    return undefined;
  }
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
