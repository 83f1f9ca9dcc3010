import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadModel } from '@serval/server';
import { printRows, type Row } from './table.ts';

/**
 * Rows per second of a forest of 500 full trees of depth 6 over 32 features, on one thread; beside it XGBoost's own library, when
 * `SERVAL_PYTHON` names a Python that has it: `SERVAL_PYTHON=/tmp/train/bin/python node -C @serval/source bench/trees.ts`.
 */
const treeCount = 500;
const depth = 6;
const featureCount = 32;
const rounds = 7;

const python = process.env['SERVAL_PYTHON'];
const folder = await mkdtemp(join(tmpdir(), 'serval-bench-trees-'));
const file = join(folder, 'model.json');
const random = createRandom(1);
await writeFile(file, JSON.stringify(forestDocument()));
const { signal } = new AbortController();
const model = await loadModel({ path: file, threads: 1 }, signal);
const rows: Row[] = [];
if (python === undefined) process.stdout.write('XGBoost: absent, SERVAL_PYTHON is not set\n');
for (const rowCount of [1, 100, 5000]) {
  const data = Float32Array.from({ length: rowCount * featureCount }, random);
  const repeats = Math.ceil(10_000 / rowCount);
  let best = 0;
  let sum = 0;
  for (let round = 0; round < rounds; round++) {
    const begin = performance.now();
    for (let i = 0; i < repeats; i++) {
      const tensor = { name: 'x', datatype: 'FP32' as const, shape: [rowCount, featureCount], data };
      const [output] = await model.predict([tensor], undefined, signal);
      sum = (output!.data as Float32Array).reduce((total, value) => total + value, 0);
    }
    best = Math.max(best, (rowCount * repeats) / ((performance.now() - begin) / 1000));
  }
  const theirs = python === undefined ? undefined : await xgboost(python, data, rowCount, repeats);
  if (theirs !== undefined && Math.abs(theirs.sum - sum) > 1e-4 * Math.abs(sum)) {
    throw new Error(`predictions differ: their sum is ${sum} here, ${theirs.sum} there`);
  }
  rows.push({
    what: `${treeCount} trees × depth ${depth}, ${rowCount} rows at once`,
    unit: 'rows/s',
    ours: best,
    reference: theirs === undefined ? '-' : `XGBoost ${theirs.version}, one thread`,
    ...(theirs === undefined ? {} : { referenceValue: theirs.best }),
  });
}
printRows(rows);
await model.close();
await rm(folder, { recursive: true, force: true });

interface Peer {
  version: string;
  best: number;
  sum: number;
}

/** The same on the library: `inplace_predict`, its quickest way. */
async function xgboost(command: string, data: Float32Array, rowCount: number, repeats: number): Promise<Peer> {
  const input = join(folder, 'rows.f32');
  await writeFile(input, data);
  const script = `
import json, sys, time
import numpy, xgboost
booster = xgboost.Booster({"nthread": 1})
booster.load_model(${JSON.stringify(file)})
booster.set_param({"nthread": 1})
rows = numpy.fromfile(${JSON.stringify(input)}, dtype=numpy.float32).reshape(${rowCount}, ${featureCount})
best = 0.0
for _ in range(${rounds}):
    begin = time.perf_counter()
    for _ in range(${repeats}):
        output = booster.inplace_predict(rows)
    best = max(best, ${rowCount * repeats} / (time.perf_counter() - begin))
print(json.dumps({"version": xgboost.__version__, "best": best, "sum": float(output.sum(dtype=numpy.float64))}))
`;
  const { stdout, stderr, status } = spawnSync(command, ['-c', script], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ended with code ${status}: ${stderr.trim()}`);
  return JSON.parse(stdout) as Peer;
}

/** Uniform in [0, 1), the same in every run (Park and Miller's generator). */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 0x7fffffff;
    return state / 0x7fffffff;
  };
}

function forestDocument() {
  const trees = Array.from({ length: treeCount }, (_, id) => treeDocument(id));
  return {
    learner: {
      attributes: {},
      feature_names: [],
      feature_types: [],
      gradient_booster: {
        name: 'gbtree',
        model: {
          cats: { enc: [], feature_segments: [], sorted_idx: [] },
          gbtree_model_param: { num_parallel_tree: '1', num_trees: `${treeCount}` },
          iteration_indptr: Array.from({ length: treeCount + 1 }, (_, index) => index),
          tree_info: new Array(treeCount).fill(0),
          trees,
        },
      },
      learner_model_param: {
        base_score: '[5E-1]',
        boost_from_average: '1',
        num_class: '0',
        num_feature: `${featureCount}`,
        num_target: '1',
      },
      objective: { name: 'reg:squarederror', reg_loss_param: { scale_pos_weight: '1' } },
    },
    version: [3, 2, 0],
  };
}

// XGBoost refuses whole numbers where it expects others, hence 0.5.
/** A full tree in breadth-first order, splits in the middle of the range so that every leaf is reached alike. */
function treeDocument(id: number) {
  const nodeCount = 2 ** (depth + 1) - 1;
  const firstLeaf = 2 ** depth - 1;
  const each = <T>(value: (node: number) => T): T[] => Array.from({ length: nodeCount }, (_, node) => value(node));
  const isLeaf = (node: number) => node >= firstLeaf;
  const f = Math.fround;
  return {
    id,
    base_weights: each(() => 0.5),
    categories: [],
    categories_nodes: [],
    categories_segments: [],
    categories_sizes: [],
    default_left: each(() => (random() < 0.5 ? 1 : 0)),
    left_children: each((node) => (isLeaf(node) ? -1 : 2 * node + 1)),
    right_children: each((node) => (isLeaf(node) ? -1 : 2 * node + 2)),
    parents: each((node) => (node === 0 ? 0x7fffffff : (node - 1) >> 1)),
    loss_changes: each(() => 0.5),
    split_conditions: each((node) => (isLeaf(node) ? f(random() - 0.3) : f(0.3 + 0.4 * random()))),
    split_indices: each((node) => (isLeaf(node) ? 0 : Math.floor(random() * featureCount))),
    split_type: each(() => 0),
    sum_hessian: each(() => 0.5),
    tree_param: { num_deleted: '0', num_feature: `${featureCount}`, num_nodes: `${nodeCount}`, size_leaf_vector: '1' },
  };
}
