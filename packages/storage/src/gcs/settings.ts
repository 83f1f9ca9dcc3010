import { StorageError } from '../errors.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface GcsSettings {
  endpoint: URL;
  /** An emulator takes no credentials and is sent none. */
  emulator: boolean;
  /** Project that pays for requests (`x-goog-user-project`). */
  quotaProject: string | undefined;
}

/**
 * Reads the variables of Google's own client libraries.
 * @throws StorageError InvalidConfiguration, naming the variable
 */
export function gcsSettingsFrom(environment: Environment): GcsSettings {
  const emulator = endpointFrom(environment, 'STORAGE_EMULATOR_HOST', 'http');
  const endpoint = emulator ?? endpointFrom(environment, 'API_ENDPOINT_OVERRIDE', 'https');
  return {
    endpoint: endpoint ?? new URL('https://storage.googleapis.com/'),
    emulator: emulator !== undefined,
    quotaProject: environment['GOOGLE_CLOUD_QUOTA_PROJECT'] || undefined,
  };
}

function endpointFrom(environment: Environment, name: string, scheme: string): URL | undefined {
  const value = environment[name];
  if (!value) return undefined;
  const text = /^https?:\/\//i.test(value) ? value : `${scheme}://${value}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.hostname && !url.username && !url.password && !url.search) return url;
  throw new StorageError('InvalidConfiguration', `${name} is not an endpoint`, {
    hint: 'expected HOST[:PORT] or http[s]://HOST[:PORT]',
  });
}

/** The address of a bucket's objects, or of one object in it (JSON API: the whole name is one segment). */
export function gcsUrl({ endpoint }: GcsSettings, bucket: string, name?: string): URL {
  const base = `${endpoint.origin}${endpoint.pathname.replace(/\/$/, '')}/storage/v1/b/${bucket}/o`;
  return new URL(name === undefined ? base : `${base}/${encodeURIComponent(name)}`);
}
