import { StorageError } from '../errors.ts';
import type { HttpResponse } from '../http/connections.ts';
import { headerOf, isTransientStatus, readErrorText, retryAfterMsFrom } from '../http/errors.ts';
import { textOf } from '../xml.ts';
import { s3ErrorCode } from './listing.ts';
import { isRegion } from './settings.ts';

/** What an S3 server says when it does not give what was asked for. */
export interface S3Failure {
  status: number;
  /** Such as `NoSuchBucket`; answers to HEAD have none. */
  code: string | undefined;
  /** Where the bucket is, where the answer tells. */
  region: string | undefined;
  /** Host that a redirect leads to. */
  redirectHost: string | undefined;
  retryAfterMs: number | undefined;
}

/** Codes after which new temporary credentials help (Amazon S3 API reference, "List of error codes"; the last two are MinIO's). */
const EXPIRED_CODES = [
  'ExpiredToken',
  'ExpiredTokenException',
  'TokenRefreshRequired',
  'InvalidToken',
  'InvalidTokenId',
  'InvalidAccessKeyId',
];

const TRANSIENT_CODES = ['RequestTimeout', 'SlowDown', 'InternalError', 'ServiceUnavailable', 'Throttling'];

/** Reads the answer's body. */
export async function readFailure(response: HttpResponse): Promise<S3Failure> {
  const xml = await readErrorText(response);
  const location = headerOf(response.headers, 'location');
  const redirectHost = location && URL.canParse(location) ? new URL(location).host : textOf(xml, 'Endpoint');
  const named =
    headerOf(response.headers, 'x-amz-bucket-region') ?? textOf(xml, 'Region') ?? regionOfHost(redirectHost ?? '');
  return {
    status: response.status,
    code: s3ErrorCode(xml)?.slice(0, 64),
    region: named !== undefined && isRegion(named) ? named : undefined,
    redirectHost: response.status >= 300 && response.status < 400 ? redirectHost : undefined,
    retryAfterMs: retryAfterMsFrom(response.headers, Date.now()),
  };
}

/** The region to ask instead, where the failure comes from asking another one. */
export function otherRegion({ status, code, region }: S3Failure, asked: string): string | undefined {
  if (region === undefined || region === asked) return undefined;
  const moved = status === 301 || status === 307 || status === 308;
  // Answers to HEAD are 400 without a code. Any other refusal may name the region, too, and does not come from it.
  return moved || status === 400 || code === 'AuthorizationHeaderMalformed' ? region : undefined;
}

export function isRefusal({ status }: S3Failure): boolean {
  return status === 401 || status === 403;
}

/** Whether credentials that expire have. HEAD has no code to tell it by. */
export function isExpiry({ status, code }: S3Failure): boolean {
  return code === undefined ? status === 400 || status === 401 || status === 403 : EXPIRED_CODES.includes(code);
}

/** What is told besides the failure itself. */
export interface FailureContext {
  bucket: string;
  source: string;
  /** What messages call the server. */
  endpoint: string;
  region: string;
  /** What to do about a refusal. */
  refusalHint: string;
}

export function s3ErrorFrom(failure: S3Failure, context: FailureContext): StorageError {
  const { status, code } = failure;
  const { bucket, source, endpoint, region } = context;
  const details = { source, bucket, status, s3Code: code };
  const shown = code ? `${status} ${code}` : `${status}`;
  if (code === 'NoSuchBucket') {
    return new StorageError('ObjectNotFound', `bucket "${bucket}" does not exist at ${endpoint}`, {
      hint: 'check the bucket, AWS_ENDPOINT_URL and the region',
      details,
    });
  }
  if (code === 'InvalidBucketName') {
    return new StorageError('InvalidUri', `"${bucket}" is no name that a bucket can have at ${endpoint}`, { details });
  }
  if (status === 404) return new StorageError('ObjectNotFound', `no object ${source}`, { details });
  if (code === 'InvalidObjectState') {
    return new StorageError('AccessDenied', `${source} is archived (${shown})`, {
      hint: 'restore it from its storage class first',
      details,
    });
  }
  if (isTransientStatus(status) || TRANSIENT_CODES.includes(code ?? '')) {
    return new StorageError('SourceUnavailable', `${endpoint} answered ${shown} for ${source}`, {
      transient: true,
      retryAfterMs: failure.retryAfterMs,
      details,
    });
  }
  if (failure.redirectHost !== undefined) {
    return new StorageError(
      'RedirectRefused',
      `${endpoint} redirects ${source} to ${failure.redirectHost} (${shown})`,
      {
        hint: 'signed requests are not redirected; set AWS_ENDPOINT_URL, S3_USER_VIRTUAL_BUCKET or AWS_DEFAULT_REGION for that address',
        details,
      },
    );
  }
  const hint = refusalHint(code, endpoint, region);
  if (hint !== undefined || isRefusal(failure)) {
    return new StorageError('AccessDenied', `not allowed to read ${source} (${shown})`, {
      hint: hint ?? context.refusalHint,
      details,
    });
  }
  return new StorageError('SourceRejected', `${endpoint} answered ${shown} for ${source}`, {
    hint: `check AWS_ENDPOINT_URL, S3_USER_VIRTUAL_BUCKET and the region (${region})`,
    details,
  });
}

function refusalHint(code: string | undefined, endpoint: string, region: string): string | undefined {
  switch (code) {
    case 'RequestTimeTooSkewed':
    case 'RequestExpired':
      return `the clock here differs from the one of ${endpoint} by more than 15 minutes; set it`;
    case 'InvalidAccessKeyId':
      return `${endpoint} does not know the access key; check AWS_ACCESS_KEY_ID, and that it belongs to this server`;
    case 'SignatureDoesNotMatch':
      return 'check AWS_SECRET_ACCESS_KEY, and that no proxy changes requests';
    case 'ExpiredToken':
    case 'TokenRefreshRequired':
      return 'the session token has expired; get new credentials';
    case 'InvalidToken':
    case 'InvalidTokenId':
      return 'check AWS_SESSION_TOKEN: it must belong to the access key';
    case 'AuthorizationHeaderMalformed':
      return `requests were signed for region ${region}; set AWS_DEFAULT_REGION to the one of the server`;
    default:
      return undefined;
  }
}

/** `eu-west-1` of `bucket.s3.eu-west-1.amazonaws.com`. */
function regionOfHost(host: string): string | undefined {
  return /(?:^|\.)s3[.-](?:dualstack\.)?([a-z]{2,5}(?:-[a-z]+)+-\d)\.amazonaws\./.exec(host)?.[1];
}
