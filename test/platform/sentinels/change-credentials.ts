import assert from 'node:assert/strict';
import { platformDefaults } from '@serval/api';
import { secrets } from '@serval/kube/objects';
import { eventually } from '../../support/eventually.ts';
import { dockerConfig, platform, rotated } from './values.ts';
import { command, projects, putSecret, search, type World } from './world.ts';

export async function changeCredentials(world: World): Promise<void> {
  const { client } = world;
  const conditionsOf = async () =>
    JSON.stringify((await client.get(platformDefaults, { namespace: '', name: 'default' })).status?.conditions);
  await putSecret(world, 'serval-credentials', 'shared', dockerConfig('ghcr.io', rotated));
  await projects(world, 'ghcr.io', rotated);
  const key = `https://${platform.user}:${encodeURIComponent(platform.password)}@ghcr.io`;
  await putSecret(world, 'serval-credentials', 'shared', JSON.stringify({ auths: { [key]: { auth: 'x' } } }));
  await eventually(async () => assert.match(await conditionsOf(), /MalformedDockerConfig/));
  await putSecret(world, 'serval-credentials', 'shared', JSON.stringify({ auths: { [key]: { username: 'x' } } }));
  await eventually(async () => assert.match(await conditionsOf(), /MalformedDockerConfig|NoCredentialForMatch/));
  await client.delete(secrets, { namespace: 'serval-credentials', name: 'shared' });
  await eventually(async () => assert.match(await conditionsOf(), /SecretNotFound/));
  await command(world, 'pipeline', 'get', 'fraud', '-n', 'team-a');
  await command(world, 'credentials', 'check', '--json');
  assert.deepEqual(await search(world), []);
}
