import { StorageError } from '../errors.ts';
import type { S3Settings } from './settings.ts';

/** Domains of Amazon's partitions by the beginning of their regions' names (botocore, `partitions.json`). */
const PARTITIONS: readonly (readonly [RegExp, string])[] = [
  [/^cn-/, 'amazonaws.com.cn'],
  [/^eusc-/, 'amazonaws.eu'],
  [/^us-isob-/, 'sc2s.sgov.gov'],
  [/^us-isof-|^eu-isof-/, 'csp.hci.ic.gov'],
  [/^eu-isoe-/, 'cloud.adc-e.uk'],
  [/^us-iso-/, 'c2s.ic.gov'],
];

/** `amazonaws.com`, or the domain of the partition that the region belongs to. */
export function amazonDomain(region: string): string {
  return PARTITIONS.find(([pattern]) => pattern.test(region))?.[1] ?? 'amazonaws.com';
}

/** Whether a host is Amazon's own. Credentials of an instance go nowhere else by themselves. */
export function isAmazonHost(host: string): boolean {
  return ['amazonaws.com', ...PARTITIONS.map(([, domain]) => domain)].some((domain) => host.endsWith(`.${domain}`));
}

/** The address of a bucket, or of one object in it. @throws StorageError InvalidConfiguration for what Amazon does not offer */
export function s3Url(settings: S3Settings, region: string, bucket: string, key = ''): URL {
  const path = key.split('/').map(encodeSegment).join('/');
  const base = baseUrl(settings, region, bucket);
  const prefix = base.pathname.replace(/\/$/, '');
  return new URL(
    isVirtual(settings, base, bucket)
      ? `${base.protocol}//${bucket}.${base.host}${prefix}/${path}`
      : `${base.origin}${prefix}/${encodeSegment(bucket)}/${path}`,
  );
}

function baseUrl(settings: S3Settings, region: string, bucket: string): URL {
  const { endpoint, accelerate, dualStack, fips } = settings;
  const stack = dualStack ? '.dualstack' : '';
  if (accelerate && (endpoint === undefined || isAmazonHost(endpoint.hostname))) {
    if (fips || bucket.includes('.')) {
      const reason = fips ? 'has no FIPS endpoint' : `cannot serve bucket "${bucket}", whose name has a dot`;
      throw new StorageError('InvalidConfiguration', `S3 transfer acceleration ${reason}`, {
        hint: 'leave S3_USE_ACCELERATE unset',
      });
    }
    return new URL(`https://s3-accelerate${stack}.${amazonDomain(region)}/`);
  }
  return endpoint ?? new URL(`https://s3${fips ? '-fips' : ''}${stack}.${region}.${amazonDomain(region)}/`);
}

function isVirtual({ style, endpoint, accelerate }: S3Settings, base: URL, bucket: string): boolean {
  if (/^(\d+\.){3}\d+$|^\[/.test(base.hostname)) return false; // no name goes before an address
  if (style === 'virtual' || (accelerate && isAmazonHost(base.hostname))) return true;
  // A dot in the name would not match Amazon's wildcard certificate, and host names have no capitals.
  return endpoint === undefined && /^[a-z0-9][a-z0-9-]*$/.test(bucket);
}

/** What to change so that requests reach a bucket in another region: its own endpoint instead of a named one of Amazon's. */
export function settingsForRegion(settings: S3Settings, given: string, region: string): S3Settings {
  const { endpoint } = settings;
  if (given === region || endpoint === undefined || !isAmazonHost(endpoint.hostname)) return settings;
  // Addresses of private links (`vpce`) belong to one region and stay.
  return /^s3[.-]/.test(endpoint.hostname) ? { ...settings, endpoint: undefined } : settings;
}

/** RFC 3986 unreserved characters stay, everything else is escaped: what the signature is computed over. */
function encodeSegment(segment: string): string {
  return encodeURIComponent(segment).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}
