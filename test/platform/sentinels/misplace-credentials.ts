import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type KubeObject, secrets } from '@serval/kube/objects';
import { basic, registry } from './values.ts';
import { command, commands, search, type World } from './world.ts';

export async function misplaceCredentials(world: World): Promise<void> {
  const { transport, said } = world;
  const { user, password } = registry;
  const encoded = `${user}:${encodeURIComponent(password)}`;
  const pipeline = (name: string, spec: object) => ({
    apiVersion: 'platform.serval.dev/v1alpha1',
    kind: 'Pipeline',
    metadata: { namespace: 'team-a', name },
    spec: { stages: [{ name: 'dev', namespace: 'fraud-prod' }], ...spec },
  });
  const entry = (match: string, more: object = {}) => ({ entries: [{ match, secretRef: { name: 'own' }, ...more }] });
  const objects: [string, object][] = [
    ['pipelines', pipeline('one', { registryCredentials: entry(`https://${encoded}@ghcr.io`) })],
    ['pipelines', pipeline('two', { registryCredentials: entry(`${encoded}@ghcr.io`) })],
    ['pipelines', pipeline('three', { storageCredentials: entry(`s3://${encoded}@models`) })],
  ];
  for (const [plural, object] of objects) {
    for (const query of ['', '?dryRun=All', '?fieldValidation=Strict']) {
      const path = `/apis/platform.serval.dev/v1alpha1/namespaces/team-a/${plural}${query}`;
      const { status, body } = await transport({
        method: 'POST',
        path,
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body: JSON.stringify(object),
      });
      const chunks: Uint8Array[] = [];
      for await (const chunk of body) chunks.push(chunk);
      const text = Buffer.concat(chunks).toString();
      assert.equal(status, 422, text);
      said.push({ where: `the refusal of ${path} ${JSON.stringify(object).length}`, text });
    }
  }
  const unknown = pipeline('four', { registryCredentials: entry('ghcr.io', { password, auth: basic(registry) }) });
  const folder = join(world.up.dataDir, 'volumes');
  const manifest = join(folder, 'wrong.json');
  await mkdir(folder, { recursive: true });
  const locked = { namespace: 'team-a', name: 'locked' };
  await world.client.create(secrets, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: locked,
    immutable: true,
  } as KubeObject as never);
  const secret = (data: object) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace: 'team-a', name: 'x' },
    ...data,
  });
  const wrong = [
    unknown,
    objects[0]?.[1],
    secret({ type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': password } }),
    secret({ type: 'kubernetes.io/dockerconfigjson', stringData: { '.dockerconfigjson': `{"auths": ${password}` } }),
    secret({ type: 'kubernetes.io/dockerconfigjson', stringData: { config: password } }),
    secret({ data: { password } }),
    { ...secret({ stringData: { password } }), metadata: { namespace: 'team-a', name: 'locked' } },
    secret({ stringData: { password: [password] } }),
  ];
  let refused = 0;
  for (const object of wrong) {
    await writeFile(manifest, JSON.stringify(object));
    if ((await command(world, 'apply', '-f', manifest)).code !== 0) refused += 1;
  }
  assert.ok(refused >= 6, `${refused} are refused`);
  await writeFile(manifest, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: wrong }));
  await commands(world, [
    ['validate', manifest],
    ['diff', '-f', manifest],
  ]);
  await writeFile(manifest, '');
  assert.deepEqual(await search(world), []);
}
