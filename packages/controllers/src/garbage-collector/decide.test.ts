import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configMaps, type OwnerReference } from '@serval/kube/objects';
import { blockingDependents, decide, type OwnerState, stateOfKnown } from './decide.ts';
import { createOwnerGraph, foregroundFinalizer, type GraphNode, orphanFinalizer } from './graph.ts';

const reference = (uid: string, blockOwnerDeletion = false): OwnerReference => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  name: uid,
  uid,
  blockOwnerDeletion,
});
const node = (uid: string, more: Partial<GraphNode> = {}): GraphNode => ({
  uid,
  resource: configMaps,
  namespace: 'a',
  name: uid,
  owners: [],
  finalizers: [],
  deleting: false,
  ...more,
});
const owners = (...states: OwnerState[]) =>
  states.map((state, index) => ({ reference: reference(`o${index}`), state }));

test('any solid owner keeps an object; without one it goes as its finalizers say', () => {
  assert.deepEqual(decide(node('x'), owners('solid'), []), { action: 'keep' });
  assert.deepEqual(decide(node('x'), owners('absent', 'solid', 'waiting'), []), {
    action: 'disown',
    uids: ['o0', 'o2'],
  });
  assert.deepEqual(decide(node('x'), owners('absent'), []), { action: 'delete', propagationPolicy: 'Background' });
  assert.deepEqual(decide(node('x'), owners('waiting'), []), { action: 'delete', propagationPolicy: 'Background' });
  assert.deepEqual(decide(node('x'), owners('waiting'), [node('y')]), {
    action: 'delete',
    propagationPolicy: 'Foreground',
  });
  assert.deepEqual(decide(node('x', { finalizers: [orphanFinalizer] }), owners('absent'), []), {
    action: 'delete',
    propagationPolicy: 'Orphan',
  });
  assert.deepEqual(decide(node('x', { deleting: true }), owners('absent'), []), { action: 'keep' });
  assert.deepEqual(decide(node('x'), [], []), { action: 'keep' });
});

test('a foreground deletion waits for those that block only', () => {
  const owner = node('o', { deleting: true, finalizers: [foregroundFinalizer] });
  const blocking = node('b', { owners: [reference('o', true)] });
  const other = node('c', { owners: [reference('o')] });
  assert.deepEqual(blockingDependents(owner, [blocking, other]), [blocking]);
  assert.equal(stateOfKnown(owner, blocking), 'waiting');
  assert.equal(stateOfKnown(owner, other), 'solid');
  assert.equal(stateOfKnown({ ...owner, namespace: 'elsewhere' }, blocking), 'absent');
});

test('the graph follows changes of owners', () => {
  const graph = createOwnerGraph();
  graph.put(node('x', { owners: [reference('o')] }));
  assert.deepEqual(
    graph.dependents('o').map(({ uid }) => uid),
    ['x'],
  );
  graph.put(node('x', { owners: [reference('p')] }));
  assert.deepEqual(graph.dependents('o'), []);
  assert.deepEqual(
    graph.dependents('p').map(({ uid }) => uid),
    ['x'],
  );
  graph.remove('x');
  assert.deepEqual([graph.dependents('p'), graph.size], [[], 0]);
});
