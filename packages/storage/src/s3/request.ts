import { StorageError } from '../errors.ts';
import { readCaBundle } from '../http/ca-bundle.ts';
import type { HttpResponse } from '../http/connections.ts';
import { headerOf, isTransientStatus, readErrorText, retryAfterMsFrom } from '../http/errors.ts';
import type { ProviderOptions } from '../provider.ts';
import { s3ErrorCode } from './listing.ts';
import type { S3Settings } from './settings.ts';

export interface S3Request {
  method: 'GET' | 'HEAD';
  url: URL;
  headers?: Record<string, string>;
  /** What messages call the object. */
  source: string;
}

/** One signed (or anonymous) request; answers with any status. */
export async function s3Request(
  { method, url, headers = {}, source }: S3Request,
  settings: S3Settings,
  options: ProviderOptions,
  signal: AbortSignal,
): Promise<HttpResponse> {
  const ca =
    url.protocol === 'https:' && settings.verifyTls
      ? await readCaBundle(options.environment, ['AWS_CA_BUNDLE'])
      : undefined;
  const signed = settings.credentials ? await sign(method, url, headers, settings, options.memo) : headers;
  return options.connections.request({
    method,
    url,
    headers: signed,
    ca,
    verifyTls: settings.verifyTls,
    source,
    signal,
  });
}

async function sign(
  method: string,
  url: URL,
  headers: Record<string, string>,
  { credentials, region }: S3Settings,
  memo: ProviderOptions['memo'],
): Promise<Record<string, string>> {
  const { AwsV4Signer } = await import('aws4fetch');
  const cache = (memo.get('s3 signing keys') ?? new Map()) as Map<string, ArrayBuffer>;
  memo.set('s3 signing keys', cache);
  const signer = new AwsV4Signer({ method, url: url.href, headers, service: 's3', region, cache, ...credentials! });
  const signed = await signer.sign();
  return Object.fromEntries(signed.headers as unknown as Iterable<[string, string]>);
}

/** What a status other than 200 and 206 means. Reads the answer's body. */
export async function s3StatusError(
  response: HttpResponse,
  settings: S3Settings,
  about: { bucket: string; source: string },
): Promise<StorageError> {
  const { status } = response;
  const code = s3ErrorCode(await readErrorText(response));
  const { bucket, source } = about;
  const details = { source, bucket, status, s3Code: code };
  const shown = code ? `${status} ${code}` : `${status}`;
  if (code === 'NoSuchBucket') {
    return new StorageError('ObjectNotFound', `bucket "${bucket}" does not exist at ${endpointName(settings)}`, {
      hint: 'check the bucket, AWS_ENDPOINT_URL and the region',
      details,
    });
  }
  if (status === 404) return new StorageError('ObjectNotFound', `no object ${source}`, { details });
  if (code === 'RequestTimeTooSkewed') {
    return new StorageError(
      'AccessDenied',
      `the clock here differs too much from the one of ${endpointName(settings)}`,
      { details },
    );
  }
  if (status === 401 || status === 403) {
    const hint = settings.credentials
      ? 'check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, the region and what the key may read'
      : 'requests were anonymous; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY';
    return new StorageError('AccessDenied', `not allowed to read ${source} (${shown})`, { hint, details });
  }
  if (isTransientStatus(status) || code === 'RequestTimeout' || code === 'SlowDown') {
    return new StorageError('SourceUnavailable', `${endpointName(settings)} answered ${shown} for ${source}`, {
      transient: true,
      retryAfterMs: retryAfterMsFrom(response.headers, Date.now()),
      details,
    });
  }
  return new StorageError('SourceRejected', `${endpointName(settings)} answered ${shown} for ${source}`, {
    hint: 'check AWS_ENDPOINT_URL and AWS_DEFAULT_REGION',
    details,
  });
}

/** The bucket's region, where an answer tells that the request went to another one. */
export function otherRegion(response: HttpResponse, settings: S3Settings): string | undefined {
  if (response.status < 300) return undefined;
  const region = headerOf(response.headers, 'x-amz-bucket-region');
  return region && region !== settings.region ? region : undefined;
}

function endpointName(settings: S3Settings): string {
  return settings.endpoint?.host ?? `s3 in ${settings.region}`;
}
