import type { ApiRequest, ApiResponse, Client } from '@serval/kube/client';
import { type Status, statusErrorFrom } from '@serval/kube/objects';

/** What an answer other than a watch or a followed log may weigh; a full list of a big cluster stays below. */
const maxAnswerBytes = 256 * 1024 * 1024;

export async function readText(response: ApiResponse): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.byteLength;
    if (size > maxAnswerBytes) throw new Error(`the server's answer exceeds ${maxAnswerBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The answer's JSON. Throws `StatusError` for every status but 2xx. */
export async function requestJson<T>(client: Client, request: ApiRequest): Promise<T> {
  const response = await client.request(request);
  const text = await readText(response);
  if (response.status >= 200 && response.status < 300) return JSON.parse(text) as T;
  throw statusErrorFrom(parseStatus(text), response.status);
}

/** A `Status` where the body is one; else one that carries the body's beginning. */
export function parseStatus(text: string): Partial<Status> {
  try {
    const value = JSON.parse(text) as Partial<Status>;
    if (value.kind === 'Status') return value;
  } catch {
    // A proxy in between answers in its own words.
  }
  return text.trim() === '' ? {} : { message: text.trim().slice(0, 500) };
}
