import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import type { GoldenRequest } from './golden-request.ts';
import type { ServiceAddress } from './service-address.ts';

/** A golden prediction is small; so is its answer. */
const maxAnswerBytes = 4 * 1024 * 1024;

export type Answer =
  | { readonly outcome: 'answered'; readonly status: number; readonly body: string }
  | { readonly outcome: 'too-large'; readonly limitBytes: number }
  | { readonly outcome: 'timed-out' }
  /** There was no connection, or it broke: nothing is known of the model. */
  | { readonly outcome: 'unreachable'; readonly code: string };

/** Sends a prediction to one address. Throws only where the signal aborts. */
export async function postJson(
  { host, port, name }: ServiceAddress,
  { path, body }: GoldenRequest,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Answer> {
  const ending = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  let request: ClientRequest | undefined;
  try {
    const headers = { host: name, 'content-type': 'application/json', accept: 'application/json' };
    request = httpRequest({ host, port, path, method: 'POST', headers, agent: false, signal: ending });
    return await answerTo(request, body);
  } catch (error) {
    signal.throwIfAborted();
    if (ending.aborted) return { outcome: 'timed-out' };
    const { code, message } = error as NodeJS.ErrnoException;
    return { outcome: 'unreachable', code: code ?? message };
  } finally {
    request?.destroy();
  }
}

async function answerTo(request: ClientRequest, body: string): Promise<Answer> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve);
    request.on('error', reject);
    request.end(body);
  });
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxAnswerBytes) return { outcome: 'too-large', limitBytes: maxAnswerBytes };
    chunks.push(chunk);
  }
  return { outcome: 'answered', status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') };
}
