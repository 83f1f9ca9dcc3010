import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  encodePredictions,
  ProtocolError,
  parsePredictRequest,
  type TensorSpec,
  tensorsFromInstances,
} from './index.ts';

const matrix: TensorSpec = { name: 'x', datatype: 'FP32', shape: [-1, 2] };
const label: TensorSpec = { name: 'label', datatype: 'INT64', shape: [-1] };

test('"instances", or "inputs" as KServe also takes it', () => {
  assert.deepEqual(parsePredictRequest('{"instances": [[1, 2]]}'), [[1, 2]]);
  assert.deepEqual(parsePredictRequest('{"inputs": [[1, 2]]}'), [[1, 2]]);
  assert.throws(
    () => parsePredictRequest('{"rows": []}'),
    /expected a key "instances" \(or "inputs"\) with a list, got "rows"/,
  );
  assert.throws(() => parsePredictRequest('{"instances": []}'), /one or more instances/);
  assert.throws(() => parsePredictRequest('{"instances": 3}'), /must be a list, got 3/);
});

test('rows, objects of columns, and objects of inputs become tensors', () => {
  const expected = [{ name: 'x', datatype: 'FP32', shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) }];
  assert.deepEqual(
    tensorsFromInstances(
      [
        [1, 2],
        [3, 4],
      ],
      [matrix],
    ),
    expected,
  );
  const rows = [
    { b: 2, a: 1 },
    { a: 3, b: 4 },
  ];
  assert.deepEqual(tensorsFromInstances(rows, [matrix], { columns: ['a', 'b'] }), expected);
  assert.deepEqual(tensorsFromInstances([{ x: [1, 2] }, { x: [3, 4] }], [matrix]), expected);
  assert.deepEqual(tensorsFromInstances([{ x: [1, 2], label: 7 }], [matrix, label]), [
    { name: 'x', datatype: 'FP32', shape: [1, 2], data: Float32Array.of(1, 2) },
    { name: 'label', datatype: 'INT64', shape: [1], data: BigInt64Array.of(7n) },
  ]);
});

const REFUSED: [unknown[], TensorSpec[], RegExp][] = [
  [[[1, 2, 3]], [matrix], /instances\[0\]: expected a list of 2, got a list of 3/],
  [[[1, 2], [1]], [matrix], /instances\[1\]: expected a list of 2, got a list of 1/],
  [[1, 2], [matrix], /instances\[0\]: expected a list of 2, got 1/],
  [[[1, 'a']], [matrix], /instances\[0\]\[1\]: FP32 expects a number, got "a"/],
  [[{ a: 1 }], [matrix], /an object with the key "x"/],
  [[[1]], [matrix, label], /must be an object with the keys "x", "label", got a list of 1/],
  [[{ x: [1, 2] }], [matrix, label], /instances\[0\]: key "label" is missing/],
  [[{ x: [1, 2], label: 1, z: 2 }], [matrix, label], /the model has no input "z"; it takes "x", "label"/],
];
for (const [instances, inputs, message] of REFUSED) {
  test(`refused: ${JSON.stringify(instances)}`, () => {
    assert.throws(
      () => tensorsFromInstances(instances, inputs),
      (error) => error instanceof ProtocolError && message.test(error.message),
    );
  });
}

test('any instances are read or refused as a bad request', () => {
  const shape = fc.array(fc.constantFrom(-1, 0, 1, 2), { maxLength: 3 }).map((inner) => [-1, ...inner]);
  fc.assert(
    fc.property(fc.array(fc.jsonValue(), { minLength: 1 }), shape, (instances, wanted) => {
      try {
        tensorsFromInstances(instances, [{ ...matrix, shape: wanted }]);
      } catch (error) {
        assert.ok(error instanceof ProtocolError, String(error));
      }
    }),
  );
});

test('one output gives its rows, several give objects, and outputs without the batch come whole', () => {
  const values = { name: 'x', datatype: 'FP32', shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) } as const;
  const labels = { name: 'label', datatype: 'INT64', shape: [2], data: BigInt64Array.of(7n, 2n ** 60n) } as const;
  const scalar = { name: 's', datatype: 'FP32', shape: [], data: Float32Array.of(5) } as const;
  const copy = <T extends { shape: readonly number[] }>(tensor: T) => ({ ...tensor, shape: [...tensor.shape] });
  assert.equal(encodePredictions([copy(values)], 2), '{"predictions":[[1,2],[3,4]]}');
  assert.equal(
    encodePredictions([copy(labels), copy(values)], 2),
    '{"predictions":[{"label":7,"x":[1,2]},{"label":1152921504606846976,"x":[3,4]}]}',
  );
  assert.equal(
    encodePredictions([copy(labels), copy(scalar)], 2),
    '{"predictions":{"label":[7,1152921504606846976],"s":5}}',
  );
});
