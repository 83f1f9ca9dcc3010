import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Tree, TreeNode } from './forest.ts';
import { above32, below32 } from './neighbours.ts';
import { packForest } from './packed.ts';
import { createTreeModel } from './tree-model.ts';

const featureCount = 3;
const signal = new AbortController().signal;

/** A tree as a chain of splits, each with a leaf on one side, ended by a leaf. */
function chain(thresholds: readonly number[], group: number): Tree {
  const nodes: TreeNode[] = [];
  for (const [index, threshold] of thresholds.entries()) {
    nodes.push({
      feature: index % featureCount,
      left: nodes.length + 1,
      right: nodes.length + 2,
      threshold,
      orEqual: false,
      missing: 'value',
      defaultLeft: index % 2 === 0,
    });
    nodes.push({ leaf: Math.fround(threshold / 3 + index) });
  }
  nodes.push({ leaf: Math.fround(group + 0.1) });
  return { nodeCount: nodes.length, group, node: (index) => nodes[index]! };
}

function modelOf(trees: readonly Tree[], outputs: number, single: boolean) {
  return createTreeModel({
    format: 'xgboost',
    platform: 'xgboost_json',
    datatype: 'FP32',
    featureCount,
    columns: [],
    forest: packForest(trees, { featureCount, above: above32, below: below32 }),
    sum: { base: new Float64Array(outputs).fill(0.5), single },
    finish: { perRow: 'all', apply: () => {} },
    keepOutputAxis: false,
  });
}

async function predict(model: ReturnType<typeof modelOf>, data: Float32Array): Promise<number[]> {
  const tensor = { name: 'x', datatype: 'FP32' as const, shape: [data.length / featureCount, featureCount], data };
  const [output] = await model.predict([tensor], undefined, signal);
  return Array.from(output!.data as Float32Array);
}

const number = fc.oneof(fc.float({ min: -1, max: 1, noNaN: true }), fc.constant(Number.NaN));

test('a row gets the same prediction alone and in a batch of any size', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(fc.float({ min: -1, max: 1, noNaN: true }), { maxLength: 5 }), { minLength: 1, maxLength: 9 }),
      fc.array(fc.tuple(number, number, number), { minLength: 1, maxLength: 140 }),
      fc.integer({ min: 1, max: 3 }),
      fc.boolean(),
      async (forest, rows, outputs, single) => {
        const trees = forest.map((thresholds, index) => chain(thresholds, index % outputs));
        const model = modelOf(trees, outputs, single);
        const together = await predict(model, Float32Array.from(rows.flat()));
        const alone: number[] = [];
        for (const row of rows) alone.push(...(await predict(model, Float32Array.from(row))));
        assert.deepEqual(together, alone);
      },
    ),
    { numRuns: 50 },
  );
});

test('a large batch lets others have their turn, and ends when nobody wants it any more', async () => {
  const trees = Array.from({ length: 1000 }, () => chain([0.1, 0.2, 0.3], 0));
  const model = modelOf(trees, 1, true);
  const rows = 1500;
  let turns = 0;
  let isOver = false;
  const count = () => {
    turns++;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  const predictions = await predict(model, new Float32Array(rows * featureCount));
  isOver = true;
  assert.equal(predictions.length, rows);
  assert.equal(new Set(predictions).size, 1);
  assert.ok(turns > 1, `${turns} turns of the event loop`);

  const abort = new AbortController();
  const data = new Float32Array(rows * featureCount);
  const tensor = { name: 'x', datatype: 'FP32' as const, shape: [rows, featureCount], data };
  const unwanted = model.predict([tensor], undefined, abort.signal);
  abort.abort(new Error('not wanted'));
  await assert.rejects(unwanted, /not wanted/);
});
