import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type RunningServer, readSettings, startModelServer } from '../index.ts';

export const EXAMPLES = new URL('../../../../examples/', import.meta.url).pathname;

export interface TestServer extends RunningServer {
  url: string;
  errors: unknown[];
}

/** A server on a free port, ready, closed with the test. */
export async function startTestServer(t: TestContext, modelDir: string, ...args: string[]): Promise<TestServer> {
  const settings = readSettings(['--model_name=m', `--model_dir=${modelDir}`, '--http_port=0', ...args], {});
  const errors: unknown[] = [];
  const server = await startModelServer({
    settings,
    version: '0.0.0',
    now: () => performance.now(),
    onError: (error) => errors.push(error),
  });
  t.after(() => server.close());
  await server.loaded;
  return { ...server, url: `http://${server.host}:${server.port}`, errors };
}

export async function temporaryDirectory(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'model-server-'));
  t.after(() => rm(path, { recursive: true, force: true }));
  return path;
}
