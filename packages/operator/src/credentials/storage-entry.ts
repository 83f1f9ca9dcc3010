import type { EnvVar, Secret } from '@serval/kube/objects';
import { applyParameters, chooseEntry, isProblem, parseStorageConfig, type StorageEntry } from '@serval/storage/config';
import type { ServingConfig } from '../config/serving-config.ts';
import { bundleKey, schemaMountPath, schemePlaceholder } from '../names.ts';
import { composeUri, typeOfUri } from './compose-uri.ts';
import type { Lookup } from './lookup.ts';
import type { NamedCertificates } from './part.ts';
import type { Source, StorageRequest } from './storage-request.ts';

/** What a storage entry comes to for one Pod. */
export interface DeliveredEntry {
  readonly sources: readonly Source[];
  readonly schema?: Source;
  readonly env: readonly EnvVar[];
  readonly certificates?: NamedCertificates;
}

interface Refused {
  readonly problems: readonly string[];
}

/** Where an entry stands, for messages and references. */
interface Place {
  /** `Secret team/storage-config`. */
  readonly secret: string;
  readonly key?: string | undefined;
}

const storageField = 'spec.predictor.model.storage';

/**
 * The entry of the storage Secret that a service names by `storage.key`, or else the default of the type that is wanted, with
 * the service's parameters laid over it (KServe's CreateStorageSpecSecretEnvs). Unlike there, a type among the parameters
 * changes nothing but the type: bucket and certificates of the entry still count.
 */
export function deliverEntry(
  request: StorageRequest,
  lookup: Lookup,
  { credentials }: ServingConfig,
  now: Date,
): DeliveredEntry | Refused {
  const { namespace, annotations, sources } = request;
  const { key, parameters } = request.entry ?? { key: '', parameters: {} };
  const secretName = annotations[credentials.storageSecretNameAnnotation] || credentials.storageSpecSecretName;
  const secret = lookup.get('Secret', namespace, secretName);
  const place = { secret: `Secret ${namespace}/${secretName}` };
  const wanted = parameters['type'] ?? typeOfUri(sources[0]?.uri ?? '');
  if (key && secret?.data?.[key] === undefined) return { problems: [missing(secret, place, key)] };

  // Of all others, nothing matters here.
  const texts = textsOf(secret, (name) => (key ? name === key : /^default(_|$)/.test(name)));
  const parse = (data: Record<string, string>) =>
    parseStorageConfig(data, { now, configMaps: certificatesOf(lookup, namespace) });
  const written = parse(texts);
  const own = chooseEntry(written, { key, type: wanted });
  if (own && isProblem(own)) return told(written.problems, place);
  const unreadable = own?.problems.filter(({ code }) => code === 'NotJson' || code === 'NotAnObject') ?? [];
  if (unreadable.length > 0) return told(unreadable, place);
  const found = own?.key;
  const fields = applyParameters(own?.fields ?? {}, parameters);
  const entry = parse({ [found ?? 'parameters']: JSON.stringify(fields) }).entries[0] as StorageEntry;
  // What is not there is told where it is mounted, with its namespace.
  const errors = entry.problems.filter(({ severity, code }) => severity === 'error' && code !== 'NotFound');
  if (errors.length > 0) return told(errors, found === undefined ? { secret: `${storageField}.parameters` } : place);

  const type = typeof fields['type'] === 'string' && fields['type'] ? fields['type'] : (wanted ?? entry.type);
  if (!type) return { problems: [untyped(place, found, wanted)] };
  const composed = composeAll([...sources, ...schemaOf(request)], type, fields);
  if ('problem' in composed) return { problems: [`${placeName({ ...place, key: found })}: ${composed.problem}`] };
  return {
    sources: composed.sources.slice(0, sources.length),
    ...(composed.sources[sources.length] ? { schema: composed.sources[sources.length] as Source } : {}),
    env: environment(
      found === undefined ? undefined : { secretName, key: found, called: placeName({ ...place, key: found }) },
      own?.fields['type'] || parameters['type'] ? parameters : { type, ...parameters },
    ),
    ...certificatesIn(entry, placeName({ ...place, key: found })),
  };
}

function schemaOf({ entry }: StorageRequest): Source[] {
  const path = entry?.schemaPath?.replace(/^\/+/, '');
  return path ? [{ uri: `${schemePlaceholder}${path}`, mountPath: schemaMountPath }] : [];
}

function composeAll(
  sources: readonly Source[],
  type: string,
  fields: Readonly<Record<string, unknown>>,
): { sources: Source[] } | { problem: string } {
  const whole: Source[] = [];
  for (const { uri, mountPath } of sources) {
    const composed = uri.startsWith(schemePlaceholder)
      ? composeUri(type, fields, uri.slice(schemePlaceholder.length))
      : { uri };
    if ('problem' in composed) return composed;
    whole.push({ mountPath, ...composed });
  }
  return { sources: whole };
}

function environment(
  entry: { secretName: string; key: string; called: string } | undefined,
  overrides: Readonly<Record<string, string>>,
): EnvVar[] {
  return [
    ...(entry
      ? [
          { name: 'STORAGE_CONFIG', valueFrom: { secretKeyRef: { name: entry.secretName, key: entry.key } } },
          // So that what the initializer says about a field names where it stands.
          { name: 'SERVAL_STORAGE_ENTRY', value: entry.called },
        ]
      : []),
    ...(Object.keys(overrides).length > 0
      ? [{ name: 'STORAGE_OVERRIDE_CONFIG', value: JSON.stringify(overrides) }]
      : []),
  ];
}

/**
 * The ConfigMap that an entry names, and the path at which KServe's initializer looks for what is in it.
 *
 * @param called  the entry, for messages
 */
export function certificatesIn({ certificates }: StorageEntry, called: string): { certificates?: NamedCertificates } {
  const configMap = certificates.find(({ source }) => source === 'configMap');
  const path = certificates.find(({ source }) => source === 'path');
  const said = configMap ?? path;
  if (!said) return {};
  return {
    certificates: {
      ...(configMap?.reference ? { configMap: configMap.reference } : {}),
      ...(path?.reference ? { path: path.reference } : {}),
      saidBy: `${called}, field ${said.field}`,
    },
  };
}

function certificatesOf(lookup: Lookup, namespace: string): (name: string) => string | undefined {
  return (name) => lookup.get('ConfigMap', namespace, name)?.data?.[bundleKey];
}

/** Messages of the parser name key and field themselves. */
function told(problems: readonly { message: string }[], { secret }: Place): Refused {
  return { problems: problems.map(({ message }) => `${secret}: ${message}`) };
}

function placeName({ secret, key }: Place): string {
  return key === undefined ? `${storageField}.parameters` : `${secret}, key ${quoted(key)}`;
}

function missing(secret: Secret | undefined, place: Place, key: string): string {
  if (!secret) return `${place.secret} does not exist; ${storageField}.key names its key ${quoted(key)}`;
  return `${place.secret} has no key ${quoted(key)}, which ${storageField}.key names; ${keysOf(secret)}`;
}

function untyped({ secret }: Place, found: string | undefined, wanted: string | undefined): string {
  const what = found
    ? `${secret}, key ${quoted(found)}, has no field type`
    : `${secret} has no key ${wanted ? `${quoted(`default_${wanted}`)} or ` : ''}"default"`;
  return `${what}, and ${storageField}.parameters names no type`;
}

/** A few, as there may be hundreds. Names of keys are no secret. */
function keysOf({ data }: Secret): string {
  const names = Object.keys(data ?? {}).sort();
  if (names.length === 0) return 'it has none';
  const shown = names.slice(0, 10).map(quoted).join(', ');
  return `it has ${shown}${names.length > 10 ? ` and ${names.length - 10} more` : ''}`;
}

function textsOf(secret: Secret | undefined, isWanted: (key: string) => boolean): Record<string, string> {
  const wanted = Object.entries(secret?.data ?? {}).filter(([key]) => isWanted(key));
  return Object.fromEntries(wanted.map(([key, data]) => [key, Buffer.from(data, 'base64').toString('utf8')]));
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
