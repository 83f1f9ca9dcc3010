import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { loadModel, type Model } from './index.ts';

const EXAMPLES = new URL('../../../examples/', import.meta.url);
const TESTDATA = new URL('../testdata/', import.meta.url);
const RELATIVE = 1e-6;
const signal = new AbortController().signal;

const read = (url: URL) => JSON.parse(readFileSync(url, 'utf8'));

async function predict(model: Model, rows: (number | null)[][]) {
  const { datatype, name } = model.inputs[0]!;
  const flat = rows.flat().map((value) => value ?? Number.NaN);
  const data = datatype === 'FP32' ? Float32Array.from(flat) : Float64Array.from(flat);
  return model.predict([{ name, datatype, shape: [rows.length, rows[0]!.length], data }], undefined, signal);
}

function assertClose(actual: ArrayLike<number>, expected: readonly number[], what: string) {
  assert.equal(actual.length, expected.length, what);
  for (const [i, value] of expected.entries()) {
    const difference = Math.abs(actual[i]! - value);
    assert.ok(
      difference <= RELATIVE * Math.abs(value),
      `${what}: element ${i} is ${actual[i]}, the library gives ${value}`,
    );
  }
}

const bestOf = (row: readonly number[]) => row.indexOf(Math.max(...row));

for (const [example, file, key] of [
  ['iris', 'model/model.ubj', 'predictions'],
  ['iris', 'model-json/model.json', 'predictions'],
  ['iris', 'model-v2', 'predictionsOfVersion2'],
  ['breast-cancer', 'model', 'predictions'],
  ['breast-cancer-lightgbm', 'model', 'predictions'],
  ['diabetes', 'model', 'predictions'],
] as const) {
  test(`example ${example}, ${file}: every row as the library predicts`, async () => {
    const table = read(new URL(`${example}/rows.json`, EXAMPLES));
    const expected = table[key];
    assert.ok(expected.length >= 100);
    const model = await loadModel({ path: new URL(`${example}/${file}`, EXAMPLES).pathname, threads: 1 }, signal);
    const [output] = await predict(model, table.instances);
    assertClose(output!.data as Float64Array, expected.flat(), example);
    if (!Array.isArray(expected[0])) return;
    for (const [row, values] of expected.entries()) {
      const own = Array.from(output!.data as Float32Array).slice(row * values.length, (row + 1) * values.length);
      assert.equal(bestOf(own), bestOf(values), `class of row ${row}`);
    }
  });
}

test('example digits: every label and probability as scikit-learn predicts', async () => {
  const table = read(new URL('digits/rows.json', EXAMPLES));
  const model = await loadModel({ path: new URL('digits/model', EXAMPLES).pathname, threads: 1 }, signal);
  try {
    const [labels, probabilities] = await predict(model, table.instances);
    const expected: { label: number; probabilities: number[] }[] = table.predictions;
    assert.deepEqual(
      Array.from(labels!.data as BigInt64Array, Number),
      expected.map((row) => row.label),
    );
    assertClose(
      probabilities!.data as Float64Array,
      expected.flatMap((row) => row.probabilities),
      'probabilities',
    );
  } finally {
    await model.close();
  }
});

const { rows, cases } = read(new URL('cases.json', TESTDATA));
for (const { file, predictions } of cases) {
  test(`${file}: every row as the library predicts`, async () => {
    const model = await loadModel({ path: new URL(file, TESTDATA).pathname, threads: 1 }, signal);
    const [output] = await predict(model, rows);
    const shape = Array.isArray(predictions[0]) ? [rows.length, predictions[0].length] : [rows.length];
    assert.deepEqual(output!.shape, shape);
    // Sums near zero keep no more than the precision of their terms, which are about 1.
    const values: number[] = predictions.flat();
    for (const [i, value] of values.entries()) {
      const own = (output!.data as Float64Array)[i]!;
      const tolerance = RELATIVE * Math.max(Math.abs(value), 0.1);
      assert.ok(Math.abs(own - value) <= tolerance, `element ${i} is ${own}, the library gives ${value}`);
    }
  });
}
