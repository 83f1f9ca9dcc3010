import assert from 'node:assert/strict';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { loopbackCertificate } from '../../../packages/storage/src/test-support/loopback-certificate.ts';
import { type S3Answer, type S3Call, signedCall } from '../../../packages/storage/src/test-support/s3-call.ts';
import { checksumOf } from './checksums.ts';
import { freePort, startServer } from './servers.ts';

const ROOT = { accessKeyId: 'test-root-user', secretAccessKey: 'test-root-secret-value' };

export interface Minio {
  url: string;
  /** What a download by its administrator needs. */
  environment: Record<string, string>;
  keys: typeof ROOT;
  /** A signed request of the administrator; a test fails when the server does not accept it. */
  call(call: S3Call): Promise<S3Answer>;
  put(path: string, body: Buffer | string, headers?: Record<string, string>): Promise<S3Answer>;
  /** An object made of parts; answers the last answer. */
  putParts(path: string, parts: readonly Buffer[], checksum?: { algorithm: string; type: string }): Promise<void>;
}

/** A MinIO of its own on loopback, with an empty disk. */
export async function startMinio(
  t: TestContext,
  program: string,
  options: {
    tls?: boolean | { key: string; cert: string };
    region?: string;
    env?: Record<string, string>;
    /** In place of a free one: where another one was. */
    port?: number;
    /** Its administrator, whom alone it lets in. */
    keys?: typeof ROOT;
  } = {},
): Promise<Minio> {
  const directory = await mkdtemp(join(tmpdir(), 'serval-minio-'));
  const port = options.port ?? (await freePort());
  const keys = options.keys ?? ROOT;
  const region = options.region ?? 'us-east-1';
  const certificates = join(directory, 'certificates');
  await mkdir(certificates);
  if (options.tls) {
    const { key, cert } = options.tls === true ? loopbackCertificate() : options.tls;
    await writeFile(join(certificates, 'private.key'), key);
    await writeFile(join(certificates, 'public.crt'), cert);
  }
  const url = `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}`;
  const args = [
    'server',
    join(directory, 'data'),
    '--address',
    `127.0.0.1:${port}`,
    '--certs-dir',
    certificates,
    '--quiet',
  ];
  await startServer(t, program, args, {
    writes: directory,
    env: {
      PATH: process.env['PATH'],
      HOME: directory,
      MINIO_ROOT_USER: keys.accessKeyId,
      MINIO_ROOT_PASSWORD: keys.secretAccessKey,
      MINIO_BROWSER: 'off',
      MINIO_UPDATE: 'off',
      MINIO_REGION: region,
      MINIO_DOMAIN: 'localhost',
      ...options.env,
    },
    ready: async () => {
      const { status } = await call({ method: 'GET', path: '/' });
      if (status !== 200) throw new Error(`it answers ${status}`);
    },
  });

  function call(each: S3Call): Promise<S3Answer> {
    return signedCall(url, region, keys, each);
  }

  async function accepted(each: S3Call): Promise<S3Answer> {
    const answer = await call(each);
    assert.ok(answer.status < 300, `${each.method} ${each.path}: ${answer.status} ${answer.text}`);
    return answer;
  }

  return {
    url,
    keys,
    environment: {
      AWS_ENDPOINT_URL: url,
      AWS_DEFAULT_REGION: region,
      AWS_ACCESS_KEY_ID: keys.accessKeyId,
      AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    },
    call: accepted,
    put: (path, body, headers = {}) => accepted({ method: 'PUT', path, body, headers }),

    async putParts(path, parts, checksum) {
      const asked = checksum && {
        'x-amz-checksum-algorithm': checksum.algorithm,
        'x-amz-checksum-type': checksum.type,
      };
      const started = await accepted({ method: 'POST', path, query: { uploads: '' }, headers: { ...asked } });
      const uploadId = /<UploadId>(.*)<\/UploadId>/.exec(started.text)![1]!;
      const name = `x-amz-checksum-${checksum?.algorithm.toLowerCase()}`;
      const tag = `Checksum${checksum?.algorithm}`;
      const done: string[] = [];
      for (const [index, body] of parts.entries()) {
        const partNumber = String(index + 1);
        const headers: Record<string, string> = checksum ? { 'x-amz-sdk-checksum-algorithm': checksum.algorithm } : {};
        if (checksum) headers[name] = checksumOf(checksum.algorithm, body);
        const { headers: answered } = await accepted({
          method: 'PUT',
          path,
          query: { partNumber, uploadId },
          headers,
          body,
        });
        const sum = checksum ? `<${tag}>${headers[name]}</${tag}>` : '';
        done.push(`<Part><PartNumber>${partNumber}</PartNumber><ETag>${answered.etag}</ETag>${sum}</Part>`);
      }
      const body = `<CompleteMultipartUpload>${done.join('')}</CompleteMultipartUpload>`;
      const type: Record<string, string> = checksum ? { 'x-amz-checksum-type': checksum.type } : {};
      await accepted({ method: 'POST', path, query: { uploadId }, headers: type, body });
    },
  };
}
