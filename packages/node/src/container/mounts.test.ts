import assert from 'node:assert/strict';
import { mkdir, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '../testing.ts';
import { normaliseMountPath, resolveMounts, subPathOf } from './mounts.ts';

test('mount paths that cannot be are refused', () => {
  assert.equal(normaliseMountPath('/mnt//models/'), '/mnt/models');
  for (const path of ['mnt', '/mnt/../etc', '/', '//']) assert.throws(() => normaliseMountPath(path), /mountPath/);
});

test('a subPath cannot name what is outside its volume', () => {
  const mount = { name: 'v', mountPath: '/v' };
  assert.equal(subPathOf({ ...mount, subPathExpr: '$(POD)/x' }, { POD: 'web' }), 'web/x');
  assert.throws(() => subPathOf({ ...mount, subPathExpr: '$(NONE)/x' }, {}), /not set/);
  assert.throws(() => subPathOf({ ...mount, subPathExpr: '$(POD)/x' }, { POD: '../..' }), /must not contain/);
  for (const subPath of ['/etc', '../x', 'a/../../x'])
    assert.throws(() => subPathOf({ ...mount, subPath }, {}), /subPath/);
});

test('a subPath is made, or refused where a link leads out', async (t) => {
  const directory = await temporaryDirectory(t);
  const volume = join(directory, 'volume');
  await mkdir(volume);
  await symlink(directory, join(volume, 'out'));
  const volumes = new Map([['v', volume]]);
  const resolve = (subPath: string) => resolveMounts([{ name: 'v', mountPath: '/v', subPath }], volumes, {});
  assert.deepEqual(await resolve('a/b'), [{ containerPath: '/v', realPath: join(volume, 'a/b') }]);
  assert.ok((await stat(join(volume, 'a/b'))).isDirectory());
  await assert.rejects(resolve('out/x'), /leads out of its volume/);
  await symlink('/no/such/place', join(volume, 'nowhere'));
  await assert.rejects(resolve('nowhere/x'), /subPath "nowhere\/x" cannot be made: ENOTDIR/);
  await assert.rejects(resolve('out'), /leads out of its volume/);
  await assert.rejects(resolveMounts([{ name: 'w', mountPath: '/w' }], volumes, {}), /no volume of that name/);
  const twice = { name: 'v', mountPath: '/v' };
  await assert.rejects(resolveMounts([twice, { ...twice, mountPath: '/v/' }], volumes, {}), /must be unique/);
});
