import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { AwsV4Signer } from 'aws4fetch';

export interface S3Call {
  method: 'GET' | 'PUT' | 'POST';
  path: string;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  body?: Buffer | string;
  /** Default `s3`. */
  service?: string;
}

export interface S3Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** A signed request to a server of a test, whatever its certificate: what fills it before a download. */
export async function signedCall(
  url: string,
  region: string,
  keys: { accessKeyId: string; secretAccessKey: string },
  { method, path, query = {}, headers = {}, body = '', service = 's3' }: S3Call,
): Promise<S3Answer> {
  const target = new URL(path, url);
  for (const [name, value] of Object.entries(query)) target.searchParams.set(name, value);
  const signer = new AwsV4Signer({ method, url: target.href, headers, body, service, region, ...keys });
  const signed = Object.fromEntries((await signer.sign()).headers as unknown as Iterable<[string, string]>);
  const send = target.protocol === 'https:' ? httpsRequest : httpRequest;
  const sent = { ...signed, 'content-length': String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const request = send(target, { method, headers: sent, rejectUnauthorized: false, agent: false } as object);
    request.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, text }));
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}
