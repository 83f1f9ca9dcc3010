import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  createClient,
  createController,
  createReflector,
  createSocketTransport,
  silentLog,
  source,
} from '@serval/kube/client';
import { type ConfigMap, configMaps, keyOf } from '@serval/kube/objects';
import { startServer } from './support.ts';

const configMap = (name: string, value: string): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default', labels: { part: 'test' } },
  data: { value },
});

test('a controller sees every object, those from before included, over TLS as in process', async (t) => {
  const { engine, client } = await startServer(t);
  await client.create(configMaps, configMap('before', '1'));
  const socket = createSocketTransport(engine.kubeconfig);
  t.after(() => socket.close());
  for (const transport of [engine.handle, socket]) {
    const stop = new AbortController();
    const reflector = createReflector({
      client: createClient({ transport, fieldManager: 'test' }),
      resource: configMaps,
      namespace: 'default',
      labelSelector: 'part=test',
      keepManagedFieldsOf: 'serval',
      signal: stop.signal,
      log: silentLog,
    });
    const seen = new Set<string>();
    const both = Promise.withResolvers<void>();
    const controller = createController({
      name: 'test',
      log: silentLog,
      sources: [source(reflector, ({ object }) => [keyOf(object.metadata)])],
      async reconcile({ namespace, name }) {
        seen.add(`${name}=${reflector.get(namespace, name)?.data?.['value']}`);
        if (seen.has('before=1') && seen.has('after=2')) both.resolve();
      },
    });
    await client.apply(configMaps, configMap('after', '2'), { fieldManager: 'serval', force: true });
    await both.promise;
    assert.equal(reflector.get('default', 'before')?.metadata.managedFields, undefined);
    assert.deepEqual(
      reflector.get('default', 'after')?.metadata.managedFields?.map(({ manager }) => manager),
      ['serval'],
    );
    await controller.close();
    stop.abort();
    await client.delete(configMaps, { namespace: 'default', name: 'after' });
  }
});
