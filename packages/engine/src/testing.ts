import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type ApiRequest, silentLog } from '@serval/kube/client';
import type { AnyObject, Status } from '@serval/kube/objects';
import { startEngine } from './engine.ts';
import type { EngineOptions } from './options.ts';

interface Answer {
  status: number;
  headers: Record<string, string>;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the server said
  body: any;
}

export interface TestEngine {
  dataDir: string;
  engine: Awaited<ReturnType<typeof startEngine>>;
  /** Sends JSON and reads JSON (or text) in process. */
  call(method: ApiRequest['method'], path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** `call`, failing the test unless the answer is a success. */
  ok(method: ApiRequest['method'], path: string, body?: unknown, headers?: Record<string, string>): Promise<AnyObject>;
  /** Watch events, until `count` have come, or one of type `count`. */
  watch(path: string, count: number | string): Promise<{ type: string; object: AnyObject }[]>;
}

export async function temporaryDirectory(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'serval-engine-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** A real engine on a temporary directory and a free port, gone with the test. */
export async function startTestEngine(t: TestContext, options: Partial<EngineOptions> = {}): Promise<TestEngine> {
  const dataDir = options.dataDir ?? (await temporaryDirectory(t));
  const engine = await startEngine({ log: silentLog, ...options, dataDir });
  t.after(() => engine.close());

  async function call(
    method: ApiRequest['method'],
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ) {
    const content = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
    const type: Record<string, string> = body === undefined ? {} : { 'content-type': contentTypeOf(method) };
    const response = await engine.handle({ method, path, headers: { ...type, ...headers }, ...content });
    const chunks: Uint8Array[] = [];
    for await (const chunk of response.body) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    const isJson = response.headers['content-type']?.includes('json');
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  }

  async function ok(method: ApiRequest['method'], path: string, body?: unknown, headers?: Record<string, string>) {
    const answer = await call(method, path, body, headers);
    if (answer.status >= 400) {
      throw new Error(`${method} ${path}: ${answer.status} ${(answer.body as Status).message ?? answer.body}`);
    }
    return answer.body as AnyObject;
  }

  async function watch(path: string, count: number | string) {
    const stop = new AbortController();
    const response = await engine.handle({ method: 'GET', path, signal: stop.signal });
    const events: { type: string; object: AnyObject }[] = [];
    let rest = '';
    for await (const chunk of response.body) {
      const lines = (rest + Buffer.from(chunk).toString()).split('\n');
      rest = lines.pop() ?? '';
      events.push(...lines.map((line) => JSON.parse(line)));
      if (typeof count === 'number' ? events.length >= count : events.some(({ type }) => type === count)) break;
    }
    stop.abort();
    return events;
  }

  return { dataDir, engine, call, ok, watch };
}

function contentTypeOf(method: string): string {
  return method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
}
