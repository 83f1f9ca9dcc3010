import { StorageError } from '../errors.ts';
import { redactUri } from '../redact.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface AzureLocation {
  service: 'blob' | 'file';
  account: string;
  /** Address of the account's service, without a slash at its end. */
  endpoint: string;
  /** Container or share. */
  container: string;
  /** Decoded; without slashes at its beginning. */
  path: string;
  /** Query of a shared access signature in the URI, without `?`. A secret. */
  sas: string | undefined;
}

/** Of the public cloud, the two sovereign ones, and of accounts with DNS zones. */
const HOST =
  /^([a-z0-9]{3,24})(-secondary)?\.(?:(blob|file|dfs)\.core\.(?:windows\.net|usgovcloudapi\.net|chinacloudapi\.cn)|z\d{1,2}\.(blob|file|dfs)\.storage\.azure\.net)$/;

const FORMS =
  'write https://ACCOUNT.blob.core.windows.net/CONTAINER/PREFIX, https://ACCOUNT.file.core.windows.net/SHARE/PATH or abfss://CONTAINER@ACCOUNT.dfs.core.windows.net/PREFIX';

/**
 * Reads an `https://` URI of Blob Storage or Azure Files, or an `abfs(s)://` one, which leads to Blob Storage as well.
 * @throws StorageError InvalidUri, InvalidConfiguration
 */
export function azureLocationFrom(uri: string, environment: Environment): AzureLocation {
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  const abfs = url !== undefined && /^abfss?:$/.test(url.protocol);
  const host = url && HOST.exec(url.hostname.toLowerCase());
  const kind = host?.[3] ?? host?.[4];
  if (!url || !host || !kind || (abfs && !url.username)) throw invalid(uri, 'is no address of Azure Storage', FORMS);
  const account = host[1]!;
  const service = kind === 'file' ? 'file' : 'blob';
  const segments = decodedPath(url, uri).replace(/^\/+/, '');
  const slash = segments.indexOf('/');
  const container = abfs ? decodeURIComponent(url.username) : slash < 0 ? segments : segments.slice(0, slash);
  const path = abfs ? segments : slash < 0 ? '' : segments.slice(slash + 1).replace(/^\/+/, '');
  // Containers and shares: letters, digits and single dashes; the three others are Azure's own.
  if (!/^(\$root|\$web|\$logs|[a-z0-9](-?[a-z0-9])*)$/.test(container)) {
    throw invalid(uri, `names no ${service === 'blob' ? 'container' : 'share'}`, FORMS);
  }
  // A dfs host answers another protocol; the same data is below the blob host.
  const origin = `https://${url.hostname.toLowerCase().replace(/\.dfs\./, '.blob.')}`;
  return {
    service,
    account,
    endpoint: customEndpoint(service, environment) ?? origin,
    container,
    path,
    sas: url.searchParams.has('sig') ? url.search.slice(1) : undefined,
  };
}

/** Whether this is an address that `azureLocationFrom` takes. */
export function isAzureUri(uri: string): boolean {
  if (/^abfss?:\/\//i.test(uri)) return true;
  const host = /^https:\/\/([^/?#:@]+)/i.exec(uri)?.[1];
  return host !== undefined && HOST.test(host.toLowerCase()) && !/\.dfs\./i.test(host);
}

function decodedPath({ pathname }: URL, uri: string): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    throw invalid(uri, 'has a "%" that begins no escape', 'write a percent sign as %25');
  }
}

/** Another address of the service, such as Azurite's `http://127.0.0.1:10000/devstoreaccount1`. */
function customEndpoint(service: AzureLocation['service'], environment: Environment): string | undefined {
  const variable = service === 'blob' ? 'AZURE_STORAGE_BLOB_ENDPOINT' : 'AZURE_STORAGE_FILE_ENDPOINT';
  const field = service === 'blob' ? 'BlobEndpoint' : 'FileEndpoint';
  const value = environment[variable] || connectionString(environment)[field];
  if (!value) return undefined;
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url && /^https?:$/.test(url.protocol) && !url.username && !url.password && !url.search) {
    return url.href.replace(/\/$/, '');
  }
  const name = environment[variable] ? variable : `${field} of AZURE_STORAGE_CONNECTION_STRING`;
  throw new StorageError('InvalidConfiguration', `${name} is not an http or https address`, {
    hint: 'expected one like http://127.0.0.1:10000/devstoreaccount1',
  });
}

/** The fields of `AZURE_STORAGE_CONNECTION_STRING`. @throws StorageError InvalidConfiguration */
export function connectionString(environment: Environment): Readonly<Record<string, string>> {
  const text = environment['AZURE_STORAGE_CONNECTION_STRING'];
  if (!text) return {};
  const fields: Record<string, string> = {};
  for (const part of text.split(';')) {
    if (part.trim() === '') continue;
    const [, name, value] = /^\s*(\w+)\s*=(.*)$/s.exec(part) ?? [];
    if (name === undefined || value === undefined) {
      throw new StorageError('InvalidConfiguration', 'AZURE_STORAGE_CONNECTION_STRING is malformed', {
        hint: 'expected NAME=VALUE pairs with semicolons between them',
      });
    }
    fields[name] = value.trim();
  }
  return fields;
}

/** The address of a container, share, blob or file. */
export function azureUrl({ endpoint, container }: AzureLocation, path = ''): URL {
  const segments = [container, ...(path === '' ? [] : path.split('/'))];
  return new URL(`${endpoint}/${segments.map(encodeSegment).join('/')}`);
}

/** RFC 3986 unreserved characters stay, so that the path is signed as it is sent. `..` is no question: such names are refused before. */
function encodeSegment(segment: string): string {
  return encodeURIComponent(segment).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

function invalid(uri: string, problem: string, hint: string): StorageError {
  return new StorageError('InvalidUri', `"${redactUri(uri)}" ${problem}`, { hint });
}
