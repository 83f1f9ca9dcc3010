import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RuntimeSelectionError } from '../../../runtime/select-runtime.ts';
import { multiprocessingNodes, rayNodes } from './node-counts.ts';

/** Parts, GPUs of a part, GPUs that head and worker ask for; then Pods, GPUs of the head, GPUs of a worker. */
const cases: [rule: string, asked: [number, number, number, number], expected: [number, number, number] | string][] = [
  ['nobody asks: one GPU for each Pod', [2, 4, 0, 0], [8, 1, 1]],
  ['nobody asks for the only GPU: no worker', [1, 1, 0, 0], [1, 1, 1]],
  ['workers ask, the head gets the rest', [2, 4, 0, 3], [3, 2, 3]],
  ['workers ask for as many as divide, the head gets as many', [2, 4, 0, 4], [2, 4, 4]],
  ['a worker asks for all: the head has them alone', [2, 4, 0, 8], [1, 8, 0]],
  ['a worker asks for more than all', [2, 4, 0, 9], [1, 8, 0]],
  ['the head asks for all, whatever workers ask', [2, 4, 8, 2], [1, 8, 0]],
  ['the head asks for more than all', [2, 4, 9, 2], [1, 8, 0]],
  ['both ask', [2, 4, 2, 2], [4, 2, 2]],
  ['both ask, for more together', [2, 4, 4, 3], [3, 4, 3]],
  ['both ask, for too few', [2, 4, 1, 4], 'InvalidGPUAllocation'],
  ['the head asks: workers of one GPU for the rest', [2, 4, 6, 0], [3, 6, 1]],
  ['the head alone asks, for all', [2, 4, 8, 0], [1, 8, 1]],
];

for (const [rule, [pipeline, tensor, head, worker], expected] of cases) {
  test(rule, () => {
    const count = () => rayNodes({ pipeline, tensor }, head, worker);
    if (typeof expected === 'string') {
      assert.throws(count, (error) => error instanceof RuntimeSelectionError && error.conditionReason === expected);
      return;
    }
    const [nodes, headGpus, workerGpus] = expected;
    assert.deepEqual(count(), { nodes, headGpus, workerGpus });
  });
}

test('without Ray there is a Pod for each part, with the GPUs of a part', () => {
  assert.deepEqual(multiprocessingNodes({ pipeline: 3, tensor: 8 }), { nodes: 3, headGpus: 8, workerGpus: 8 });
});
