import type { ConfigMap, EnvVar, KeyToPath, Volume, VolumeMount } from '@serval/kube/objects';
import { readCertificates } from '@serval/storage/config';
import type { ServingConfig } from '../config/serving-config.ts';
import { bundleKey, globalBundleName } from '../names.ts';
import type { Lookup } from './lookup.ts';
import type { NamedCertificates } from './part.ts';

const trustVolume = 'serval-ca-bundle';
const trustFolder = '/etc/serval/ca';
/** Where KServe's initializer has its bundle unless the configuration says otherwise. */
const upstreamFolder = '/etc/ssl/custom-certs';

/** Certificates that a Pod trusts besides the default roots: one volume, for the initializer and for what serves. */
export interface Trust {
  readonly volume: Volume;
  readonly initializer: { readonly env: readonly EnvVar[]; readonly volumeMounts: readonly VolumeMount[] };
  readonly server: { readonly env: readonly EnvVar[]; readonly volumeMounts: readonly VolumeMount[] };
}

export interface TrustRequest {
  readonly namespace: string;
  /** The platform's own namespace, where the configured bundle is. */
  readonly home: string;
  readonly storage?: NamedCertificates | undefined;
  readonly account?: NamedCertificates | undefined;
}

interface Source {
  readonly file: string;
  readonly projection: Record<string, unknown>;
  /** What KServe's initializer is told that it is. */
  readonly name: string;
  readonly from?: { readonly configMap: string; readonly key: string };
}

/**
 * The bundles of a Pod, each as a file: the platform's, and that of the storage or of the service account. All are trusted together
 * (`SERVAL_CA_BUNDLES`). KServe's initializer knows one, and takes the nearest: it is at the path that KServe gives it, too.
 */
export function decideTrust(
  request: TrustRequest,
  lookup: Lookup,
  config: ServingConfig,
  now: Date,
): Trust | { readonly problems: readonly string[] } | undefined {
  const problems: string[] = [];
  const sources: Source[] = [];
  const shared = globalSource(request, lookup, config);
  if (shared) sources.push(shared);
  for (const [file, named] of [
    ['storage.crt', request.storage],
    ['service-account.crt', request.account],
  ] as const) {
    const found = named?.configMap === undefined ? undefined : ownSource(request.namespace, file, named, lookup, now);
    if (Array.isArray(found)) problems.push(...found);
    else if (found) sources.push(found);
  }
  if (problems.length > 0) return { problems };
  const nearest = sources.at(-1);
  if (!nearest) return undefined;
  const path = request.storage?.path ?? request.account?.path;
  return trustOf(sources, nearest, path, config.storageInitializer.caBundleVolumeMountPath || upstreamFolder);
}

function trustOf(sources: readonly Source[], nearest: Source, path: string | undefined, folder: string): Trust {
  const files = sources.map(({ file }) => `${trustFolder}/${file}`).join(':');
  const known = { name: 'SERVAL_CA_BUNDLES', value: files };
  const mount = { name: trustVolume, mountPath: trustFolder, readOnly: true };
  const nearestKey = nearest.from ? [{ ...nearest.from, path: bundleKey }] : [];
  return {
    volume: {
      name: trustVolume,
      projected: {
        sources: [
          ...sources.map(({ projection }) => projection),
          ...nearestKey.map(({ configMap, key, path: as }) => configMapProjection(configMap, [{ key, path: as }])),
        ],
      },
    },
    initializer: {
      env: [
        known,
        ...(nearest.from
          ? [
              { name: 'CA_BUNDLE_CONFIGMAP_NAME', value: nearest.name },
              { name: 'CA_BUNDLE_VOLUME_MOUNT_POINT', value: folder },
            ]
          : []),
      ],
      volumeMounts: [
        mount,
        ...(nearest.from && folder !== trustFolder ? [{ ...mount, mountPath: folder }] : []),
        ...(nearest.from ? fileMount(mount, path, folder) : []),
      ],
    },
    server: {
      env: [known, { name: 'NODE_EXTRA_CA_CERTS', value: `${trustFolder}/${nearest.file}` }],
      volumeMounts: [mount],
    },
  };
}

/**
 * KServe mounts the bundle over the folder of the path that an entry or account names, and so hides what is in it; here it is the
 * one file. A file of the image's own roots is left alone.
 */
function fileMount(mount: VolumeMount, path: string | undefined, folder: string): VolumeMount[] {
  const isPath = path !== undefined && /^\/[^:\n]+$/.test(path) && !path.split('/').includes('..');
  if (!isPath || /^\/(etc\/(ssl\/certs|pki)|usr)\//.test(path)) return [];
  if ([folder, trustFolder].some((known) => path.startsWith(`${known}/`))) return [];
  return [{ ...mount, mountPath: path, subPath: bundleKey }];
}

/** What the configured ClusterTrustBundle is referred to by; nothing where none is configured. */
export function clusterTrustBundleId({ storageInitializer }: ServingConfig): string | undefined {
  const bundle = storageInitializer.clusterTrustBundle;
  if (bundle?.name) return `name:${bundle.name}`;
  return bundle?.signerName ? `signer:${bundle.signerName}` : undefined;
}

/** The platform's bundle: a ClusterTrustBundle, or the copy that the operator brings into the namespace. */
function globalSource({ home }: TrustRequest, lookup: Lookup, config: ServingConfig): Source | undefined {
  const { clusterTrustBundle: bundle, caBundleConfigMapName } = config.storageInitializer;
  const id = clusterTrustBundleId(config);
  if (bundle && id && lookup.get('ClusterTrustBundle', '', id)) {
    return { file: 'global.crt', projection: { clusterTrustBundle: { ...bundle, path: 'global.crt' } }, name: '' };
  }
  if (!caBundleConfigMapName) return undefined;
  // While the original is there, a copy is or will be, and the Pod waits for it; without, it could only wait in vain.
  const original = lookup.get('ConfigMap', home, caBundleConfigMapName);
  if (!original?.data?.[bundleKey]?.includes('-----BEGIN CERTIFICATE-----')) return undefined;
  return configMapSource('global.crt', globalBundleName, bundleKey);
}

/** A ConfigMap that an entry or account names, or what is wrong with it. */
function ownSource(
  namespace: string,
  file: string,
  { configMap: name = '', path, saidBy }: NamedCertificates,
  lookup: Lookup,
  now: Date,
): Source | string[] {
  // Whatever else stands there is not repeated: it may be a certificate's key.
  if (!/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/.test(name)) return [`${saidBy}: must be the name of a ConfigMap`];
  const found = lookup.get('ConfigMap', namespace, name);
  if (!found) return [`ConfigMap ${namespace}/${name} does not exist; ${saidBy} names it`];
  const key = [bundleKey, path?.split('/').at(-1) ?? ''].find((one) => hasKey(found, one));
  if (key === undefined) return [`ConfigMap ${namespace}/${name} has no key ${bundleKey}; ${saidBy} names it`];
  const { problems } = readCertificates(found.data?.[key] ?? '', `ConfigMap ${namespace}/${name}, key ${key},`, now);
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) return errors.map(({ message }) => `${message} (${saidBy})`);
  return configMapSource(file, name, key);
}

function hasKey({ data }: ConfigMap, key: string): boolean {
  return data !== undefined && Object.hasOwn(data, key);
}

function configMapSource(file: string, name: string, key: string): Source {
  return { file, name, projection: configMapProjection(name, [{ key, path: file }]), from: { configMap: name, key } };
}

function configMapProjection(name: string, items: KeyToPath[]): Record<string, unknown> {
  return { configMap: { name, items } };
}
