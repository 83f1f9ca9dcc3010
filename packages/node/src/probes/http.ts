import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { messageOf } from '../errors.ts';
import type { AttemptResult } from './attempt.ts';

export interface HttpTarget {
  scheme: 'http' | 'https';
  host: string;
  port: number;
  path: string;
  headers: { name: string; value: string }[];
}

/**
 * One GET. 200 to 399 is well (redirects are not followed: to be redirected is to be answered); certificates are not
 * checked, as the kubelet does not.
 */
export function attemptHttp(target: HttpTarget, timeoutMs: number, signal: AbortSignal): Promise<AttemptResult> {
  const { scheme, host, port, path } = target;
  const url = `${scheme}://${host}:${port}${path}`;
  const headers: Record<string, string> = { 'user-agent': 'kube-probe/serval', accept: '*/*', connection: 'close' };
  for (const { name, value } of target.headers) headers[name.toLowerCase()] = value;
  const timeout = AbortSignal.timeout(timeoutMs);
  return new Promise((resolve) => {
    const request = scheme === 'https' ? httpsRequest : httpRequest;
    const sent = request(
      {
        host,
        port,
        path,
        headers,
        agent: false,
        signal: AbortSignal.any([signal, timeout]),
        ...(scheme === 'https' ? { rejectUnauthorized: false } : {}),
      },
      (response) => {
        const status = response.statusCode ?? 0;
        response.destroy();
        const success = status >= 200 && status < 400;
        resolve({ success, message: success ? '' : `HTTP probe failed with statuscode: ${status}` });
      },
    );
    sent.on('error', (error) => {
      const why = timeout.aborted ? 'context deadline exceeded (no answer in time)' : messageOf(error);
      resolve({ success: false, message: `Get "${url}": ${why}` });
    });
    sent.end();
  });
}
