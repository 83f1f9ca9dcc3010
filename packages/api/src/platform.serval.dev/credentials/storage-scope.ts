/** Kinds of stores that models are read from, by what their credentials look like; `other` is for initializers of somebody's own. */
export type StoreKind = 's3' | 'gs' | 'azure' | 'hf' | 'http' | 'hdfs' | 'other';

/** An address of a model, or what an entry of `storageCredentials` is for. */
export interface StorageScope {
  readonly kind: StoreKind;
  /** The bucket, account, owner or host. Two addresses in the same store have the same text, however they are written. */
  readonly store: string;
  /** Whole segments, in the order in which they narrow it. */
  readonly path: readonly string[];
  /** The address in the form that is usual for the store. */
  readonly text: string;
}

/** Of the public cloud, the two sovereign ones, and of accounts with DNS zones (Azure, "Storage account endpoints"). */
const azureHost =
  /^([a-z0-9]{3,24})(?:-secondary)?\.(?:(blob|file|dfs)\.core\.(windows\.net|usgovcloudapi\.net|chinacloudapi\.cn)|z\d{1,2}\.(blob|file|dfs)\.storage\.azure\.net)$/;

/** The path of a repository of Git ends with `.git`; a revision stands behind it, and a folder behind that. */
const gitPath = /^([^?#]*?\.git)(?:@([^?#]*?))?(?:\/\/([^?#]*)|\/)?$/i;

/**
 * Where an address leads; nothing for one that needs no credential (`pvc://`, files), whose credential is one of registries (`oci://`), or that
 * says no place for certain. Schemes that lead to the same store are one: Azure's `abfss://` and `https://`, `http` and `https` of a host,
 * `hdfs`, `webhdfs` and `swebhdfs`.
 */
export function parseStorageScope(address: string): StorageScope | undefined {
  const [, written = '', rest = ''] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/is.exec(address) ?? [];
  const scheme = written.toLowerCase();
  switch (scheme) {
    case '':
    case 'pvc':
    case 'file':
    case 'oci':
      return undefined;
    case 's3':
    case 'gs':
      return named(scheme, scheme, placeAndPath(rest));
    case 'hf':
      return huggingFace(rest);
    case 'hdfs':
    case 'webhdfs':
    case 'swebhdfs':
      return named('hdfs', 'hdfs', placeAndPath(rest));
    case 'http':
    case 'https':
    case 'abfs':
    case 'abfss':
      return web(address);
    default:
      return named('other', scheme, placeAndPath(rest));
  }
}

/** Whether an address is at or below a scope. */
export function scopeContains(scope: StorageScope, address: StorageScope): boolean {
  return scope.store === address.store && scope.path.every((segment, index) => segment === address.path[index]);
}

/** A path in which somebody goes up leads elsewhere than it seems to, so it leads nowhere. */
function named(kind: StoreKind, scheme: string, [place, ...path]: readonly string[]): StorageScope | undefined {
  if (!place || path.some((segment) => segment === '.' || segment === '..')) return undefined;
  const store = `${scheme}://${place}`;
  return { kind, store, path, text: [store, ...path].join('/') };
}

/** Slashes in front and at the end mean nothing; two in the middle are part of a key. */
function placeAndPath(rest: string): string[] {
  const [, place = '', path = ''] = /^\/*([^/]*)\/*(.*?)\/*$/s.exec(rest) ?? [];
  return [place, ...(path === '' ? [] : path.split('/'))];
}

/** `OWNER/MODEL`, `OWNER/MODEL:REVISION` or `OWNER/MODEL@REVISION`. The Hub takes names of owners in any case. */
function huggingFace(rest: string): StorageScope | undefined {
  const [, repository = '', revision] = /^([^:@]*)(?:[:@](.*))?$/s.exec(rest) ?? [];
  const [owner = '', ...path] = placeAndPath(repository);
  const scope = named('hf', 'hf', [owner.toLowerCase(), ...path]);
  return scope && (revision ? { ...scope, path: [...path, `@${revision}`], text: `${scope.text}@${revision}` } : scope);
}

function web(address: string): StorageScope | undefined {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  // Hosts of schemes that are not the web's come as they are written.
  const host = url?.hostname.toLowerCase().replace(/\.$/, '');
  if (!url || !host) return undefined;
  const [, account, service = '', cloud, zoned = ''] = azureHost.exec(host) ?? [];
  if (account) return azure(url, account, cloud ?? 'windows.net', (service || zoned) === 'file' ? 'file' : 'blob');
  const scheme = url.protocol.slice(0, -1);
  if (scheme !== 'http' && scheme !== 'https') return undefined;
  // The usual port of a scheme is left out by then.
  const place = url.port ? `${host}:${url.port}` : host;
  const path = gitSegments(url.pathname) ?? segmentsOf(url.pathname);
  return {
    kind: 'http',
    store: `http://${place}`,
    path: [scheme, ...path],
    text: [`${scheme}://${place}`, ...path].join('/'),
  };
}

/** In `abfss://CONTAINER@ACCOUNT.dfs…` the container stands before the account. */
function azure(url: URL, account: string, cloud: string, service: 'blob' | 'file'): StorageScope {
  const path = [...(/^abfss?:$/.test(url.protocol) && url.username ? [url.username] : []), ...segmentsOf(url.pathname)];
  const origin = `https://${account}.${service}.core.${cloud}`;
  return {
    kind: 'azure',
    store: `azure://${account}.${cloud}`,
    path: [service, ...path],
    text: [origin, ...path].join('/'),
  };
}

function gitSegments(pathname: string): string[] | undefined {
  const [, repository, revision, folder = ''] = gitPath.exec(pathname) ?? [];
  if (repository === undefined) return undefined;
  return [...segmentsOf(repository), ...(revision ? [`@${decoded(revision)}`] : []), ...segmentsOf(folder)];
}

function segmentsOf(pathname: string): string[] {
  const inner = pathname.replace(/^\/+|\/+$/g, '');
  return inner === '' ? [] : inner.split('/').map(decoded);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
