import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { startHttp } from './http-server.ts';
import { signatureProblem } from './s3-signature.ts';
import type { Scope } from './temporary-directory.ts';

export interface S3ServerOptions {
  /** Most keys of one page, however many are asked for. */
  pageSize?: number;
  /** Signed requests only. Without: anonymous requests only. */
  keys?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  region?: string;
  /** ETags as of an upload in parts, which are no digests. */
  multipart?: boolean;
  tls?: { key: string; cert: string };
}

interface ServedOptions extends S3ServerOptions {
  region: string;
  /** MD5 sums by data, so that each is computed once. */
  sums: WeakMap<Buffer, string>;
}

export interface S3Server {
  url: string;
  /** Objects by `bucket/key`; may be changed while it runs. */
  objects: Map<string, Buffer>;
  /** `METHOD path range` of each request so far. */
  requests: string[];
  environment: Record<string, string>;
}

export const KEYS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };

/** As much of the S3 protocol as a download needs: ListObjectsV2 and GetObject with ranges, conditions, checksums, signatures. */
export async function startS3(
  scope: Scope,
  objects: Record<string, Buffer | string>,
  options: S3ServerOptions = {},
): Promise<S3Server> {
  const region = options.region ?? 'us-east-1';
  const stored = new Map(Object.entries(objects).map(([name, data]) => [name, Buffer.from(data)]));
  const requests: string[] = [];
  const sums = new WeakMap<Buffer, string>();
  const url = await startHttp(
    scope,
    (request, response) => {
      requests.push(`${request.method} ${request.url} ${request.headers.range ?? ''}`.trim());
      request.url = request.url!.replace(/^http:\/\/[^/]*/, ''); // as a proxy is asked
      serve(request, response, stored, { ...options, region, sums });
    },
    options.tls,
  );
  const environment: Record<string, string> = { AWS_ENDPOINT_URL: url, AWS_DEFAULT_REGION: region };
  if (options.keys) {
    environment['AWS_ACCESS_KEY_ID'] = options.keys.accessKeyId;
    environment['AWS_SECRET_ACCESS_KEY'] = options.keys.secretAccessKey;
    if (options.keys.sessionToken) environment['AWS_SESSION_TOKEN'] = options.keys.sessionToken;
  }
  return { url, objects: stored, requests, environment };
}

function serve(
  request: IncomingMessage,
  response: ServerResponse,
  objects: Map<string, Buffer>,
  options: ServedOptions,
): void {
  const [rawPath, query = ''] = request.url!.split('?', 2) as [string, string?];
  const parameters = new URLSearchParams(query);
  const virtual = /^([a-z0-9-]+)\.localhost(:\d+)?$/.exec(request.headers.host ?? '')?.[1];
  const path = decodeURIComponent(rawPath).slice(1);
  const bucket = virtual ?? path.split('/', 1)[0]!;
  const key = virtual ? path : path.slice(bucket.length + 1);
  if (options.keys) {
    const problem = signatureProblem(request, { ...options.keys, region: options.region });
    if (problem === 'AuthorizationHeaderMalformed') response.setHeader('x-amz-bucket-region', options.region);
    if (problem) {
      fail(response, problem === 'AuthorizationHeaderMalformed' ? 400 : 403, problem);
      return;
    }
  } else if (request.headers.authorization) {
    fail(response, 403, 'InvalidAccessKeyId');
    return;
  }
  if (![...objects.keys()].some((name) => name.startsWith(`${bucket}/`))) {
    fail(response, 404, 'NoSuchBucket');
    return;
  }
  if (parameters.get('list-type') === '2') {
    list(response, bucket, parameters, objects, options);
    return;
  }
  const data = objects.get(`${bucket}/${key}`);
  if (!data) {
    fail(response, 404, 'NoSuchKey');
    return;
  }
  get(request, response, data, options);
}

function get(request: IncomingMessage, response: ServerResponse, data: Buffer, options: ServedOptions): void {
  const etag = etagOf(data, options);
  if (request.headers['if-match'] && request.headers['if-match'] !== etag) {
    fail(response, 412, 'PreconditionFailed');
    return;
  }
  response.setHeader('etag', etag);
  const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
  if (!range) {
    if (request.headers['x-amz-checksum-mode'] === 'ENABLED') {
      response.setHeader('x-amz-checksum-sha256', createHash('sha256').update(data).digest('base64'));
    }
    response.writeHead(200, { 'content-length': data.length }).end(data);
    return;
  }
  const part = data.subarray(Number(range[1]), Number(range[2]) + 1);
  response
    .writeHead(206, {
      'content-length': part.length,
      'content-range': `bytes ${range[1]}-${Number(range[1]) + part.length - 1}/${data.length}`,
    })
    .end(part);
}

function list(
  response: ServerResponse,
  bucket: string,
  parameters: URLSearchParams,
  objects: Map<string, Buffer>,
  options: ServedOptions,
): void {
  const prefix = parameters.get('prefix') ?? '';
  const after = parameters.get('continuation-token') ?? '';
  const limit = Math.min(Number(parameters.get('max-keys') ?? 1000), options.pageSize ?? 1000);
  const keys = [...objects.keys()]
    .filter((name) => name.startsWith(`${bucket}/${prefix}`))
    .map((name) => name.slice(bucket.length + 1))
    .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    .filter((key) => after === '' || Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0);
  const page = keys.slice(0, limit);
  const encoded = (key: string) => encodeURIComponent(key).replaceAll('%20', '+').replaceAll('%2F', '/');
  const contents = page.map((key) => {
    const data = objects.get(`${bucket}/${key}`)!;
    const etag = etagOf(data, options).replaceAll('"', '&quot;');
    return `<Contents><Key>${encoded(key)}</Key><ETag>${etag}</ETag><Size>${data.length}</Size></Contents>`;
  });
  const more = keys.length > page.length;
  const token = more ? `<NextContinuationToken>${page.at(-1)!.replaceAll('&', '&amp;')}</NextContinuationToken>` : '';
  response.writeHead(200, { 'content-type': 'application/xml' });
  response.end(
    `<?xml version="1.0"?><ListBucketResult><EncodingType>url</EncodingType><IsTruncated>${more}</IsTruncated>${token}${contents.join('')}</ListBucketResult>`,
  );
}

function etagOf(data: Buffer, { multipart, sums }: ServedOptions): string {
  const md5 = sums.get(data) ?? createHash('md5').update(data).digest('hex');
  sums.set(data, md5);
  return multipart ? `"${md5}-2"` : `"${md5}"`;
}

function fail(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>test</Message></Error>`);
}
