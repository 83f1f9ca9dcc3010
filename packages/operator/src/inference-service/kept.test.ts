import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod, ReplicaSet } from '@serval/kube/objects';
import { keptPod, keptReplicaSet } from './kept.ts';
import { podState } from './status/pod-state.ts';
import { targetPods } from './status/target-pods.ts';
import { pod, settledWorld } from './testing.ts';

test('of a Pod, its identity, labels, owners and status are kept, and which init containers run on', () => {
  const whole = pod('a', 1, { ready: true });
  const spec = {
    nodeName: 'n',
    containers: [{ name: 'kserve-container', image: 'i', env: [{ name: 'A', value: 'b' }] }],
    initContainers: [
      { name: 'storage-initializer', image: 'i' },
      { name: 'modelcar', image: 'i', restartPolicy: 'Always' },
    ],
  };
  const kept = keptPod({ ...whole, metadata: { ...whole.metadata, annotations: { a: 'b' } }, spec } as Pod);
  assert.deepEqual(kept.metadata, whole.metadata);
  assert.deepEqual(kept.status, whole.status);
  assert.deepEqual(kept.spec, { containers: [], initContainers: [{ name: 'modelcar', restartPolicy: 'Always' }] });
});

test('of a Pod that looks whether a model can be read, it is kept what it asks for', () => {
  const whole = pod('a', 1, { ready: false });
  const labels = { ...whole.metadata.labels, 'platform.serval.dev/read-check': 'uid' };
  const metadata = { ...whole.metadata, labels, annotations: { a: 'b' } };
  const spec = {
    serviceAccountName: 'reader',
    containers: [{ name: 'kserve-container', image: 'i', env: [{ name: 'A', value: 'b' }] }],
  };
  const kept = keptPod({ ...whole, metadata, spec } as Pod);
  assert.deepEqual(kept.metadata.annotations, { a: 'b' });
  assert.equal(kept.spec.serviceAccountName, 'reader');
  assert.deepEqual(kept.spec.containers, [{ name: 'kserve-container', image: 'i' }]);
});

test('what is kept tells the same of a model as the whole', () => {
  const { deployment, replicaSets, pods } = settledWorld();
  assert.ok(deployment);
  const sets = replicaSets.map(keptReplicaSet);
  const found = targetPods(deployment, sets, pods.map(keptPod));
  assert.deepEqual(found.map(podState), targetPods(deployment, replicaSets, pods).map(podState));
  assert.equal(found.length, 1);
  const set = { ...replicaSets[0], spec: { replicas: 3, template: { spec: { containers: [{ name: 'x' }] } } } };
  assert.deepEqual(keptReplicaSet(set as ReplicaSet).spec, {
    replicas: 3,
    selector: {},
    template: { spec: { containers: [] } },
  });
});
