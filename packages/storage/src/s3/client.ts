import type { HttpResponse } from '../http/connections.ts';
import type { ProviderOptions } from '../provider.ts';
import { isAmazonHost, s3Url, settingsForRegion } from './address.ts';
import { isExpiry, isRefusal, otherRegion, readFailure, type S3Failure, s3ErrorFrom } from './answer.ts';
import { type CredentialChain, credentialChain } from './credentials/chain.ts';
import type { AwsCredentials } from './credentials/credentials.ts';
import { DEFAULT_REGION, type S3Settings, s3SettingsFrom } from './settings.ts';

interface S3Request {
  method: 'GET' | 'HEAD';
  /** Without: the bucket itself. */
  key?: string;
  query?: Readonly<Record<string, string>>;
  headers?: Record<string, string>;
  /** Statuses besides 200 and 206 that the caller handles. */
  alsoAccepts?: readonly number[];
  /** What messages call the object. */
  source: string;
}

/** Requests to one bucket: signed, in its region, with credentials that are renewed when they expire. */
export interface S3Client {
  settings: S3Settings;
  /** @throws StorageError for any status that is not accepted */
  request(request: S3Request, signal: AbortSignal): Promise<HttpResponse>;
  /** Host that is asked. */
  host(): string;
}

/** @throws StorageError InvalidConfiguration */
export function createS3Client(bucket: string, options: ProviderOptions): S3Client {
  const { environment, memo } = options;
  const settings = s3SettingsFrom(environment);
  const chain = credentialChain(options);
  const regionKey = `s3 region of ${bucket}`;

  function regionFor(credentials: AwsCredentials | undefined): string {
    return (memo.get(regionKey) as string | undefined) ?? settings.region ?? credentials?.region ?? DEFAULT_REGION;
  }

  function address(region: string, key: string): URL {
    const given = settings.region ?? DEFAULT_REGION;
    return s3Url(settingsForRegion(settings, given, region), region, bucket, key);
  }

  async function send(
    request: S3Request,
    region: string,
    credentials: AwsCredentials | undefined,
    signal: AbortSignal,
  ) {
    const url = address(region, request.key ?? '');
    for (const [name, value] of Object.entries(request.query ?? {})) url.searchParams.set(name, value);
    url.search = url.search.replaceAll('+', '%20'); // a plus would be signed as a space and read as a plus
    const { method, headers = {}, source } = request;
    const signed = credentials ? await sign({ method, url, headers }, region, credentials, memo) : headers;
    const { verifyTls } = settings;
    return options.connections.request({ method, url, headers: signed, verifyTls, source, signal });
  }

  return {
    settings,

    async request(request, signal) {
      let credentials = settings.anonymous ? undefined : await chain.current(signal);
      const tried = { region: false, renewal: false, instance: false };
      for (;;) {
        const region = regionFor(credentials);
        const response = await send(request, region, credentials, signal);
        const { status } = response;
        if (status === 200 || status === 206 || request.alsoAccepts?.includes(status)) return response;
        const failure = await readFailure(response);
        const elsewhere = otherRegion(failure, region);
        if (elsewhere !== undefined && !tried.region) {
          tried.region = true;
          memo.set(regionKey, elsewhere);
          continue;
        }
        if (credentials && !tried.renewal && isExpiry(failure)) {
          tried.renewal = true;
          const renewed = await chain.renew(credentials, signal);
          if (renewed) {
            credentials = renewed;
            continue;
          }
        }
        if (!credentials && !tried.instance && isRefusal(failure) && mayAskInstance(settings, options)) {
          tried.instance = true;
          credentials = await chain.fromInstance(signal);
          if (credentials) continue;
        }
        throw errorFor(failure, request.source, region, credentials);
      }
    },

    host: () => address(regionFor(undefined), '').host,
  };

  function errorFor(failure: S3Failure, source: string, region: string, credentials: AwsCredentials | undefined) {
    const endpoint = settings.endpoint?.host ?? `S3 in ${region}`;
    const refusalHint = hintFor(settings, credentials, chain);
    return s3ErrorFrom(failure, { bucket, source, endpoint, region, refusalHint });
  }
}

/**
 * The machine is asked only after an anonymous request was refused, so that nobody else ever waits for an address that does
 * not answer, and its role's token goes to Amazon alone.
 */
function mayAskInstance({ anonymous, endpoint }: S3Settings, { environment }: ProviderOptions): boolean {
  if (anonymous) return false;
  if (environment['AWS_EC2_METADATA_SERVICE_ENDPOINT']) return true;
  return endpoint === undefined || isAmazonHost(endpoint.hostname);
}

function hintFor(settings: S3Settings, credentials: AwsCredentials | undefined, chain: CredentialChain): string {
  if (credentials)
    return 'check that these credentials may s3:ListBucket and s3:GetObject there, and AWS_SESSION_TOKEN';
  if (settings.anonymous) return 'requests were anonymous, as awsAnonymousCredential asks';
  const why = chain.instanceFailure();
  const instance = why ? `; ${why.summary}` : '';
  return `requests were anonymous, because no credentials were found; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY${instance}`;
}

async function sign(
  { method, url, headers }: { method: string; url: URL; headers: Record<string, string> },
  region: string,
  { accessKeyId, secretAccessKey, sessionToken }: AwsCredentials,
  memo: ProviderOptions['memo'],
): Promise<Record<string, string>> {
  const { AwsV4Signer } = await import('aws4fetch');
  const cache = (memo.get('s3 signing keys') ?? new Map()) as Map<string, ArrayBuffer>;
  memo.set('s3 signing keys', cache);
  const keys = { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
  const signer = new AwsV4Signer({ method, url: url.href, headers, service: 's3', region, cache, ...keys });
  const signed = await signer.sign();
  return Object.fromEntries(signed.headers as unknown as Iterable<[string, string]>);
}
