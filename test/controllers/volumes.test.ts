import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type PersistentVolumeClaim, persistentVolumeClaims, persistentVolumes } from '@serval/kube/objects';
import { startCluster, until } from './support.ts';

const claimOf = (name: string, spec: Partial<PersistentVolumeClaim['spec']> = {}): PersistentVolumeClaim => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name, namespace: 'default' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
});

test('a claim gets the volume that fits it, or one of its own that goes with it', async (t) => {
  const { client, reflect } = await startCluster(t);
  const [claims, volumes] = [reflect(persistentVolumeClaims), reflect(persistentVolumes)];
  const bound = (name: string) =>
    until(claims, () => {
      const claim = claims.get('default', name);
      return claim?.status?.phase === 'Bound' && claim;
    });
  for (const [name, storage] of [
    ['big', '10Gi'],
    ['small', '500Mi'],
    ['right', '2Gi'],
  ] as const) {
    await client.create(persistentVolumes, {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name },
      spec: {
        capacity: { storage },
        accessModes: ['ReadWriteOnce'],
        storageClassName: 'shelf',
        persistentVolumeReclaimPolicy: 'Retain',
        hostPath: { path: `/data/${name}` },
      },
    });
  }
  await client.create(persistentVolumeClaims, claimOf('a', { storageClassName: 'shelf' }));
  const a = await bound('a');
  assert.equal(a.spec.volumeName, 'right');
  assert.deepEqual(a.status?.capacity, { storage: '2Gi' });
  await client.create(persistentVolumeClaims, claimOf('b', { storageClassName: 'shelf', volumeName: 'big' }));
  assert.equal((await bound('b')).spec.volumeName, 'big');

  await client.create(persistentVolumeClaims, claimOf('c'));
  const c = await bound('c');
  const own = await until(volumes, () => {
    const volume = volumes.get('', `pvc-${c.metadata.uid}`);
    return volume?.status?.phase === 'Bound' && volume;
  });
  assert.deepEqual(own.spec.claimRef, {
    kind: 'PersistentVolumeClaim',
    namespace: 'default',
    name: 'c',
    uid: c.metadata.uid,
  });
  await client.create(persistentVolumeClaims, claimOf('waiting', { storageClassName: '' }));
  await until(claims, () => claims.get('default', 'waiting')?.status?.phase === 'Pending');

  await client.delete(persistentVolumeClaims, { namespace: 'default', name: 'a' });
  await client.delete(persistentVolumeClaims, { namespace: 'default', name: 'c' });
  await until(
    volumes,
    () => volumes.get('', 'right')?.status?.phase === 'Released' && !volumes.get('', `pvc-${c.metadata.uid}`),
  );
});
