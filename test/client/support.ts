import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type Engine, startEngine } from '@serval/engine';
import { type Client, createClient, createSocketTransport, silentLog } from '@serval/kube/client';

/** An engine in a temporary directory and a client over its TLS socket, ended with the test. */
export async function startServer(t: TestContext): Promise<{ engine: Engine; client: Client; writes: string[] }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'serval-client-'));
  const engine = await startEngine({ dataDir, log: silentLog });
  const transport = createSocketTransport(engine.kubeconfig);
  t.after(async () => {
    await transport.close();
    await engine.close();
    await rm(dataDir, { recursive: true, force: true });
  });
  const writes: string[] = [];
  const client = createClient({
    fieldManager: 'test',
    transport: (request) => {
      if (request.method !== 'GET') writes.push(`${request.method} ${request.path.split('?')[0]}`);
      return transport(request);
    },
  });
  return { engine, client, writes };
}
