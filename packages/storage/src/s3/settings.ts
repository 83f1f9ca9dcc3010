import { StorageError } from '../errors.ts';

export interface S3Settings {
  /** `undefined` means Amazon's endpoint of the region. */
  endpoint: URL | undefined;
  /** `undefined` where no variable names one; then a profile's, the server's, or `us-east-1`. */
  region: string | undefined;
  /** Requests are not signed, whatever credentials there are. */
  anonymous: boolean;
  /** `auto` is virtual on Amazon's own endpoints where the bucket's name allows it, and path elsewhere. */
  style: 'auto' | 'virtual';
  accelerate: boolean;
  dualStack: boolean;
  fips: boolean;
  verifyTls: boolean;
  /** Whether a prefix ends at a `/`, or anywhere in a name as KServe has it. */
  prefixMatch: 'segment' | 'string';
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Where nothing names a region (as Amazon's tools for S3 do; its SDKs refuse to start). */
export const DEFAULT_REGION = 'us-east-1';

/**
 * Reads KServe's and Amazon's variables. Amazon's endpoint variables win over KServe's `S3_ENDPOINT`.
 * @throws StorageError InvalidConfiguration, naming the variable
 */
export function s3SettingsFrom(environment: Environment): S3Settings {
  const region = regionFrom(environment);
  const endpoint = endpointFrom(environment);
  // The old global endpoint answers for other regions only under the bucket's own host name (KServe does the same).
  const legacy = endpoint?.href === 'https://s3.amazonaws.com/' && region !== undefined && region !== DEFAULT_REGION;
  return {
    endpoint,
    region,
    anonymous: isTrue(environment['awsAnonymousCredential']),
    style: isTrue(environment['S3_USER_VIRTUAL_BUCKET']) || legacy ? 'virtual' : 'auto',
    accelerate: isTrue(environment['S3_USE_ACCELERATE']),
    dualStack: isTrue(environment['AWS_USE_DUALSTACK_ENDPOINT']),
    fips: isTrue(environment['AWS_USE_FIPS_ENDPOINT']),
    verifyTls: !/^(0|false)$/i.test(environment['S3_VERIFY_SSL'] ?? ''),
    prefixMatch: prefixMatchFrom(environment['SERVAL_S3_PREFIX_MATCH']),
  };
}

/** The region that the environment names. @throws StorageError InvalidConfiguration where it can be none */
export function regionFrom(environment: Environment): string | undefined {
  const name = ['AWS_DEFAULT_REGION', 'AWS_REGION'].find((each) => environment[each]);
  if (name === undefined) return undefined;
  const region = environment[name]!;
  if (isRegion(region)) return region;
  throw new StorageError('InvalidConfiguration', `${name} is "${region}", which is no region`, {
    hint: 'expected a name like eu-central-1',
  });
}

/** A region becomes part of host names, so nothing that could lead to another host may stand in it. */
export function isRegion(text: string): boolean {
  return /^[A-Za-z0-9_-]{1,63}$/.test(text);
}

export function isTrue(value: string | undefined): boolean {
  return /^(true|1)$/i.test(value ?? '');
}

/** An http or https URL of a variable. @throws StorageError InvalidConfiguration, naming the variable and no password */
export function endpointUrl(name: string, value: string): URL {
  if (!URL.canParse(value) || !/^https?:\/\//i.test(value)) {
    throw new StorageError('InvalidConfiguration', `${name} is not an endpoint`, {
      hint: 'expected HOST[:PORT] or http[s]://HOST[:PORT]',
    });
  }
  const url = new URL(value);
  if (url.username || url.password || url.search) {
    throw new StorageError('InvalidConfiguration', `${name} has a user or a query`, {
      hint: 'credentials go to AWS_ACCESS_KEY_ID',
    });
  }
  return url;
}

function endpointFrom(environment: Environment): URL | undefined {
  const name = ['AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL', 'S3_ENDPOINT'].find((each) => environment[each]?.trim());
  if (name === undefined) return undefined;
  const value = environment[name]!.trim();
  const scheme = /^(0|false)$/i.test(environment['S3_USE_HTTPS'] ?? '') ? 'http' : 'https';
  return endpointUrl(name, /^https?:\/\//i.test(value) ? value : `${scheme}://${value}`);
}

function prefixMatchFrom(value: string | undefined): S3Settings['prefixMatch'] {
  if (!value || value === 'segment') return 'segment';
  if (value === 'string') return 'string';
  throw new StorageError('InvalidConfiguration', `SERVAL_S3_PREFIX_MATCH is "${value}"`, {
    hint: 'expected "segment" (a prefix ends at "/") or "string" (as KServe matches)',
  });
}
