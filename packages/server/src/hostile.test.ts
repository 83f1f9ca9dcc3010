import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { loadModel, type Model, ModelError } from './index.ts';
import { loadLightgbm } from './lightgbm/model.ts';
import { EXAMPLES, temporaryDirectory } from './test-support/server.ts';
import { loadXgboost } from './xgboost/model.ts';

const TESTDATA = new URL('../testdata/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, TESTDATA));
const signal = new AbortController().signal;

const READERS: [string, (bytes: Uint8Array) => Model][] = [
  ['xgboost-category-sets.ubj', (bytes) => loadXgboost(bytes, 'ubjson')],
  ['xgboost-category-one-hot.json', (bytes) => loadXgboost(bytes, 'json')],
  ['lightgbm-categories.txt', loadLightgbm],
];

/** Loads and predicts, or refuses in words. */
async function survives(load: () => Model): Promise<void> {
  let model: Model;
  try {
    model = load();
  } catch (error) {
    assert.ok(error instanceof ModelError, String((error as Error).stack));
    return;
  }
  const columns = model.inputs[0]!.shape[1]!;
  // A changed count may promise more columns than a test wants to send.
  if (columns > 1000) return;
  const data = model.inputs[0]!.datatype === 'FP32' ? new Float32Array(columns) : new Float64Array(columns);
  await model.predict(
    [{ name: 'x', datatype: model.inputs[0]!.datatype, shape: [1, columns], data }],
    undefined,
    signal,
  );
}

for (const [file, load] of READERS) {
  const bytes = read(file);
  test(`${file} cut anywhere is refused in words`, async () => {
    const step = Math.ceil(bytes.length / 300);
    // What LightGBM writes after the trees says nothing about predictions.
    const needed = bytes.includes('end of trees') ? bytes.indexOf('end of trees') : bytes.length - 2;
    for (let length = 0; length < needed; length += step) {
      assert.throws(() => load(bytes.subarray(0, length)), ModelError, `cut at ${length}`);
    }
  });
  test(`${file} with bytes changed anywhere is served or refused in words`, async () => {
    const change = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 5 }), async (changes) => {
        const changed = Uint8Array.from(bytes);
        for (const [at, value] of changes) changed[at] = value;
        await survives(() => load(changed));
      }),
      { numRuns: 400 },
    );
  });
}

// biome-ignore lint/suspicious/noExplicitAny: a document to break in any place
type Document = any;

const BROKEN_XGBOOST: [string, (document: Document, tree: Document) => void, RegExp][] = [
  ['a child beyond the tree', (_, tree) => (tree.left_children[0] = 999), /trees|tree 0: node 0 has child 999/],
  ['a negative child', (_, tree) => (tree.right_children[0] = -7), /node 0 has child -7/],
  ['a cycle', (_, tree) => (tree.left_children[0] = 0), /node 0 is the child of two nodes/],
  ['a feature beyond the model', (_, tree) => (tree.split_indices[0] = 5), /splits on feature 5, the model has 5/],
  [
    'fewer entries than nodes',
    (_, tree) => tree.split_conditions.pop(),
    /split_conditions has \d+ entries, expected \d+/,
  ],
  ['a huge number of nodes', (_, tree) => (tree.tree_param.num_nodes = '99999999999'), /expected 99999999999/],
  ['vector leaves', (_, tree) => (tree.tree_param.size_leaf_vector = '3'), /vector leaves .* are not supported/],
  [
    'another booster',
    (d) => (d.learner.gradient_booster.name = 'gblinear'),
    /booster "gblinear" is not supported; supported are gbtree and dart/,
  ],
  ['another objective', (d) => (d.learner.objective.name = 'reg:mine'), /objective "reg:mine" is not supported/],
  [
    'an inherited name as objective',
    (d) => (d.learner.objective.name = 'constructor'),
    /objective "constructor" is not supported/,
  ],
  ['a group beyond the outputs', (d) => (d.learner.gradient_booster.model.tree_info[0] = 9), /tree_info\[0\] is 9/],
  ['more outputs than trees', (d) => (d.learner.learner_model_param.num_class = '1000000000'), /only 4 trees/],
  ['no base score', (d) => (d.learner.learner_model_param.base_score = '[a]'), /base_score: expected one number or 1/],
  ['no learner', (d) => delete d.learner, /model\.learner: expected an object, got nothing/],
];
for (const [what, breakIt, message] of BROKEN_XGBOOST) {
  test(`XGBoost: ${what} is refused`, () => {
    const document = JSON.parse(read('xgboost-squared-error.json').toString());
    breakIt(document, document.learner?.gradient_booster.model.trees[0]);
    assert.throws(
      () => loadXgboost(Buffer.from(JSON.stringify(document)), 'json'),
      (error) => error instanceof ModelError && message.test(error.message),
    );
  });
}

const BROKEN_LIGHTGBM: [string, RegExp, string, RegExp][] = [
  ['linear trees', /is_linear=0/, 'is_linear=1', /tree 0: linear trees \(linear_tree=true\) are not supported/],
  ['another objective', /objective=regression/, 'objective=mine', /objective "mine" is not supported/],
  ['a cycle', /left_child=\S+/, 'left_child=0', /node 0 is the child of two nodes/],
  ['a child beyond the tree', /left_child=\S+/, 'left_child=77', /has child -1/],
  ['a leaf beyond the tree', /left_child=\S+/, 'left_child=-77', /has child \d+, the tree has/],
  ['a word for a number', /leaf_value=\S+/, 'leaf_value=abc', /expected leaf_value= with numbers, got "abc"/],
  ['a huge number of leaves', /num_leaves=\d+/, 'num_leaves=999999999', /expected leaf_value= with 999999999 numbers/],
  ['a missing tree', /Tree=1/, 'Tree=7', /expected Tree=1, got "Tree=7"/],
];
for (const [what, pattern, replacement, message] of BROKEN_LIGHTGBM) {
  test(`LightGBM: ${what} is refused`, () => {
    const text = read('lightgbm-regression.txt').toString().replace(pattern, replacement);
    assert.throws(
      () => loadLightgbm(Buffer.from(text)),
      (error) => error instanceof ModelError && message.test(error.message),
    );
  });
}

test('UBJSON: nesting without end and lengths beyond the file are refused at once', () => {
  const load =
    (...parts: (string | number[])[]) =>
    () =>
      loadXgboost(Buffer.concat(parts.map((part) => Buffer.from(part as string, 'latin1'))), 'ubjson');
  assert.throws(load('['.repeat(100_000)), /nested deeper than 64 levels/);
  assert.throws(load('[$l#L', [0x0f, 255, 255, 255, 255, 255, 255, 255]), /too large/);
  assert.throws(load('[$l#l', [0x7f, 255, 255, 255]), /ends early: 8589934588 bytes expected/);
  assert.throws(load('[$Z#l', [0x7f, 255, 255, 255]), /which is no number/);
  assert.throws(load('SU', [5], 'ab'), /ends early: 5 bytes expected/);
  assert.throws(load('Zx'), /data after the end/);
});

test('a folder must hold one model; the message names what was found', async (t) => {
  const dir = await temporaryDirectory(t);
  const refused = (path: string, message: RegExp, format?: 'onnx' | 'lightgbm') =>
    assert.rejects(
      loadModel({ path, threads: 1, format }, signal),
      (error) => error instanceof ModelError && message.test(error.message),
    );
  const put = async (folder: string, files: Record<string, string | Buffer>) => {
    await mkdir(join(dir, folder));
    for (const [name, content] of Object.entries(files)) await writeFile(join(dir, folder, name), content);
    return join(dir, folder);
  };
  const ubj = read('xgboost-binary.ubj');
  const txt = read('lightgbm-binary.txt');
  await refused(join(dir, 'nothing'), /^no model at .*nothing: ENOENT$/);
  await refused(await put('empty', {}), /holds no files, expected a model; supported are XGBoost/);
  await refused(await put('hidden', { '.serval-manifest.json': '{}' }), /holds no files, expected a model/);
  await refused(
    await put('others', { 'README.md': '', 'config.json': '{}' }),
    /holds README\.md, config\.json, expected a model/,
  );
  const two = await put('two', { 'a.ubj': ubj, 'b.txt': txt, 'notes.txt': 'words' });
  await refused(two, /holds 2 model files, expected one: a\.ubj \(xgboost\), b\.txt \(lightgbm\)/);
  await refused(two, /expected a onnx model/, 'onnx');
  await loadModel({ path: two, threads: 1, format: 'lightgbm' }, signal);
  await refused(
    await put('pickle', { 'model.pkl': Buffer.from([0x80, 4, 0x95]) }),
    /model\.pkl is a pickled Python object, which is never loaded/,
  );
  await refused(
    await put('old', { 'model.bst': Buffer.from([0, 0, 0, 0x3f, 5, 0, 0, 0]) }),
    /looks like XGBoost's old binary format; save it again/,
  );
  const bst = await put('bst', { 'model.bst': ubj, 'input.json': '{"instances": []}' });
  assert.equal((await loadModel({ path: bst, threads: 1 }, signal)).platform, 'xgboost_ubjson');
  await refused(`${EXAMPLES}iris/README.md`, /README\.md \(\d+ bytes\) is no model of a known format/);
});
