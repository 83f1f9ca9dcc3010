import { StorageError } from '../errors.ts';

interface S3Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

export interface S3Settings {
  /** `undefined` means Amazon's endpoint of the region. */
  endpoint: URL | undefined;
  region: string;
  /** `undefined` means anonymous requests. */
  credentials: S3Credentials | undefined;
  /** `auto` is virtual on Amazon's own endpoints where the bucket's name allows it, and path elsewhere. */
  style: 'auto' | 'virtual';
  accelerate: boolean;
  verifyTls: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads KServe's and Amazon's variables. Amazon's endpoint variables win over KServe's `S3_ENDPOINT`.
 * @throws StorageError InvalidConfiguration, naming the variable
 */
export function s3SettingsFrom(environment: Environment): S3Settings {
  const region = environment['AWS_DEFAULT_REGION'] || environment['AWS_REGION'] || 'us-east-1';
  const endpoint = endpointFrom(environment);
  // The old global endpoint answers for other regions only under the bucket's own host name (KServe does the same).
  const legacy = endpoint?.href === 'https://s3.amazonaws.com/' && region !== 'us-east-1';
  return {
    endpoint,
    region,
    credentials: credentialsFrom(environment),
    style: isTrue(environment['S3_USER_VIRTUAL_BUCKET']) || legacy ? 'virtual' : 'auto',
    accelerate: isTrue(environment['S3_USE_ACCELERATE']),
    verifyTls: !/^(0|false)$/i.test(environment['S3_VERIFY_SSL'] ?? ''),
  };
}

function endpointFrom(environment: Environment): URL | undefined {
  const name = ['AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL', 'S3_ENDPOINT'].find((each) => environment[each]);
  if (name === undefined) return undefined;
  const value = environment[name]!;
  const scheme = /^(0|false)$/i.test(environment['S3_USE_HTTPS'] ?? '') ? 'http' : 'https';
  const text = /^https?:\/\//i.test(value) ? value : `${scheme}://${value}`;
  if (!URL.canParse(text)) {
    throw new StorageError('InvalidConfiguration', `${name} is not an endpoint`, {
      hint: 'expected HOST[:PORT] or http[s]://HOST[:PORT]',
    });
  }
  const url = new URL(text);
  if (url.username || url.password || url.search) {
    throw new StorageError('InvalidConfiguration', `${name} has a user or a query`, {
      hint: 'credentials go to AWS_ACCESS_KEY_ID',
    });
  }
  return url;
}

function credentialsFrom(environment: Environment): S3Credentials | undefined {
  if (isTrue(environment['awsAnonymousCredential'])) return undefined;
  const accessKeyId = environment['AWS_ACCESS_KEY_ID'];
  const secretAccessKey = environment['AWS_SECRET_ACCESS_KEY'];
  if (!accessKeyId && !secretAccessKey) return undefined;
  if (!accessKeyId || !secretAccessKey) {
    const missing = accessKeyId ? 'AWS_SECRET_ACCESS_KEY' : 'AWS_ACCESS_KEY_ID';
    throw new StorageError('InvalidConfiguration', `${missing} is not set, the other half of the key is`);
  }
  return { accessKeyId, secretAccessKey, sessionToken: environment['AWS_SESSION_TOKEN'] || undefined };
}

function isTrue(value: string | undefined): boolean {
  return /^(true|1)$/i.test(value ?? '');
}

/** The address of a bucket, or of one object in it. */
export function s3Url(settings: S3Settings, bucket: string, key = ''): URL {
  const { endpoint, region, accelerate } = settings;
  const path = key.split('/').map(encodeSegment).join('/');
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  const dotted = bucket.includes('.');
  if (!endpoint && accelerate && !dotted) return new URL(`https://${bucket}.s3-accelerate.${domain}/${path}`);
  const base = endpoint ?? new URL(`https://s3.${region}.${domain}/`);
  const prefix = base.pathname.replace(/\/$/, '');
  // A dot in the name would not match Amazon's wildcard certificate.
  const virtual = settings.style === 'virtual' || (!endpoint && !dotted);
  return new URL(
    virtual
      ? `${base.protocol}//${bucket}.${base.host}${prefix}/${path}`
      : `${base.origin}${prefix}/${encodeSegment(bucket)}/${path}`,
  );
}

/** RFC 3986 unreserved characters stay, everything else is escaped: what the signature is computed over. */
function encodeSegment(segment: string): string {
  return encodeURIComponent(segment).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}
