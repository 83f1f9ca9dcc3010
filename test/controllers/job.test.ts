import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isConditionTrue, type Job, jobs, pods } from '@serval/kube/objects';
import { startCluster, until } from './support.ts';

test('a Job runs its Pods to completion and goes when its time is over', async (t) => {
  const { client, reflect } = await startCluster(t);
  const [liveJobs, livePods] = [reflect(jobs), reflect(pods)];
  const finish = (name: string, phase: 'Succeeded' | 'Failed') =>
    client.patch(pods, { namespace: 'default', name }, 'merge', { status: { phase } }, { subresource: 'status' });
  const job: Job = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'train', namespace: 'default' },
    spec: {
      completions: 2,
      parallelism: 2,
      ttlSecondsAfterFinished: 1,
      template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'train:1' }] } },
    },
  };
  await client.create(jobs, job);
  await until(livePods, () => livePods.list().length === 2);
  await until(liveJobs, () => liveJobs.get('default', 'train')?.status?.active === 2);
  for (const { metadata } of livePods.list()) await finish(metadata.name ?? '', 'Succeeded');
  const done = await until(liveJobs, () => {
    const found = liveJobs.get('default', 'train');
    return isConditionTrue(found?.status?.conditions, 'Complete') && found;
  });
  assert.equal(done?.status?.succeeded, 2);
  await until(liveJobs, () => !liveJobs.get('default', 'train'));
  await until(livePods, () => livePods.list().length === 0);
});
