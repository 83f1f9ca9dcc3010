import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { inferenceServices } from '@serval/api';
import type { Client } from '@serval/kube/client';
import type { Snapshot } from '@serval/operator/checks';
import { defaultNamespace } from '@serval/operator/declarations';
import { readSnapshot } from '../../packages/cli/src/doctor/read-snapshot.ts';
import { isReady, type RunningPlatform, serviceOf, startRunningPlatform, statusWhen } from '../operator/support.ts';

const model = join(import.meta.dirname, '../../examples/iris/model/model.ubj');

/** A web server with one model in it, gone with the test; answers its URL. */
export async function startModelStore(t: TestContext): Promise<string> {
  const server = createServer((_, response) => createReadStream(model).pipe(response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.closeAllConnections());
  t.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/model.ubj`;
}

/** The whole platform with the service `iris`, which serves. */
export async function startHealthyPlatform(t: TestContext): Promise<RunningPlatform> {
  const platform = await startRunningPlatform(t);
  const storageUri = await startModelStore(t);
  await platform.client.create(inferenceServices, serviceOf('iris', { xgboost: { storageUri } }));
  await statusWhen(platform.client, 'iris', isReady);
  return platform;
}

export async function snapshotOf(client: Client, scope: Snapshot['scope'] = {}): Promise<Snapshot> {
  return await readSnapshot({
    client,
    systemNamespace: defaultNamespace,
    scope,
    probes: true,
    kubernetes: 'v1.33.0',
    signal: AbortSignal.timeout(60_000),
  });
}
