import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { configMaps, events, type KubeObject } from '@serval/kube/objects';
import { basic, registry, sentinels, store } from './values.ts';
import { search, type World } from './world.ts';

export async function findPlanted(world: World): Promise<void> {
  const { client, up, said } = world;
  const config = JSON.stringify({ auths: { 'ghcr.io': { auth: basic(registry) } } });
  const planted: [string, string][] = [
    ['base64 of a docker config', Buffer.from(config).toString('base64')],
    ['base64 of base64', Buffer.from(Buffer.from(`xx${store.password}`).toString('base64')).toString('base64')],
    [
      'a URL',
      `https://u:${encodeURIComponent(registry.password).replaceAll(/%../g, (escaped) => escaped.toLowerCase())}@ghcr.io`,
    ],
    ['JSON in JSON', JSON.stringify(JSON.stringify({ password: registry.password }))],
  ];
  for (const [where, text] of planted) assert.ok(sentinels.in(text).length > 0, where);
  assert.deepEqual(await search(world), []);
  const metadata = { namespace: 'team-a', name: 'planted' };
  await client.create(configMaps, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata,
    data: { x: planted[0]?.[1] ?? '' },
  });
  await client.create(events, {
    apiVersion: 'v1',
    kind: 'Event',
    metadata,
    involvedObject: { kind: 'ConfigMap', namespace: 'team-a', name: 'planted' },
    message: planted[2]?.[1],
  } as KubeObject as never);
  const log = join(up.dataDir, 'planted.log');
  await writeFile(log, planted[1]?.[1] ?? '');
  said.push({ where: 'planted', text: planted[3]?.[1] ?? '' });
  const found = await search(world);
  for (const place of [
    /^registry auth \(base64 of plain \+\d\) in \/api\/v1\/configmaps as application\/json$/m,
    /^registry auth \(base64 of plain \+\d\) in \/api\/v1\/configmaps\?watch=true.* as application\/json$/m,
    /^registry password \(url\) in \/api\/v1\/events as .*as=Table/m,
    /^storage key \(base64 of base64 of plain .*\) in .*planted\.log$/m,
    /^registry password \(json in json\) in planted$/m,
  ]) {
    assert.match(found.join('\n'), place);
  }
  said.splice(0);
  await writeFile(log, '');
  await client.delete(configMaps, metadata);
  await client.delete(events, metadata);
  assert.deepEqual(await search(world), []);
}
