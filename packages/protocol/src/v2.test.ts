import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeInferResponse, ProtocolError, parseInferRequest, type Tensor } from './index.ts';

const input = { name: 'x', shape: [2], datatype: 'FP32', data: [1, 2] };
const request = (fields: object) => parseInferRequest(JSON.stringify(fields));

test('a request with everything', () => {
  const parsed = request({
    id: 'a',
    parameters: { binary_data_output: true },
    inputs: [input],
    outputs: [{ name: 'y', parameters: { binary_data: false } }, { name: 'z' }],
  });
  assert.deepEqual(parsed, {
    id: 'a',
    inputs: [{ name: 'x', shape: [2], datatype: 'FP32', data: Float32Array.of(1, 2) }],
    outputs: [
      { name: 'y', binary: false },
      { name: 'z', binary: true },
    ],
    binaryByDefault: true,
  });
});

const REFUSED: [string, unknown, RegExp][] = [
  ['no inputs', {}, /"inputs" must be a list of one or more tensors, got nothing/],
  ['no list', { inputs: 3 }, /got 3/],
  ['input is no object', { inputs: [3] }, /inputs\[0\] must be an object, got 3/],
  ['no name', { inputs: [{ ...input, name: undefined }] }, /inputs\[0\]: "name" must be a string/],
  [
    'datatype',
    { inputs: [{ ...input, datatype: 'FLOAT' }] },
    /input "x": "datatype" must be one of BOOL, .* got "FLOAT"/,
  ],
  ['shape', { inputs: [{ ...input, shape: [-1] }] }, /whole numbers of 0 or more, got -1/],
  ['huge shape', { inputs: [{ ...input, shape: [1e9, 1e9] }] }, /too many elements/],
  ['data too short', { inputs: [{ ...input, shape: [3] }] }, /shape \[3\] needs 3 elements, "data" has 2/],
  ['no data', { inputs: [{ ...input, data: undefined }] }, /"data" must be a list, got nothing/],
  ['id', { id: 3, inputs: [input] }, /"id" must be a string, got 3/],
  ['outputs', { inputs: [input], outputs: [{}] }, /outputs\[0\]: "name" must be a string/],
  [
    'binary without bytes',
    { inputs: [{ ...input, data: undefined, parameters: { binary_data_size: 8 } }] },
    /only 0 bytes are left/,
  ],
];
for (const [what, body, message] of REFUSED) {
  test(`refused: ${what}`, () => {
    assert.throws(
      () => request(body as object),
      (error) => error instanceof ProtocolError && message.test(error.message),
    );
  });
}

test('text that is no JSON object is refused with the reason', () => {
  assert.throws(() => parseInferRequest(''), /not valid JSON: it is empty/);
  assert.throws(() => parseInferRequest('[1]'), /must be a JSON object, got a list of 1/);
  assert.throws(() => parseInferRequest('{"inputs": [NaN]}'), /use null for a missing value/);
});

test('tensors come back from raw bytes', () => {
  const tensors: Tensor[] = [
    { name: 'a', datatype: 'FP64', shape: [3], data: Float64Array.of(1.5, -2, 3) },
    { name: 'b', datatype: 'BYTES', shape: [2], data: [Uint8Array.of(1, 2, 255), new Uint8Array(0)] },
    { name: 'c', datatype: 'INT64', shape: [1], data: BigInt64Array.of(2n ** 62n) },
  ];
  const { json, binary } = encodeInferResponse({ modelName: 'm', outputs: tensors }, (name) => name !== 'c');
  assert.equal(binary.length, 2);
  // A response's outputs have the form of a request's inputs. One byte in front leaves the tensors unaligned.
  const body = Buffer.concat([Buffer.from(' '), ...binary]).subarray(1);
  const parsed = parseInferRequest(json.replace('"outputs"', '"inputs"'), body);
  assert.deepEqual(parsed.inputs, tensors);
});

test('bytes that do not add up are refused', () => {
  const sized = (size: unknown, datatype = 'FP32') =>
    JSON.stringify({ inputs: [{ name: 'x', shape: [2], datatype, parameters: { binary_data_size: size } }] });
  assert.throws(() => parseInferRequest(sized(8), new Uint8Array(9)), /add up to 8/);
  assert.throws(() => parseInferRequest(sized(4), new Uint8Array(4)), /take 8 bytes, "binary_data_size" is 4/);
  assert.throws(() => parseInferRequest(sized(-1), new Uint8Array(4)), /whole number of bytes, got -1/);
  assert.throws(() => parseInferRequest(sized(4, 'BYTES'), Uint8Array.of(255, 255, 255, 255)), /ends beyond/);
});

test('any JSON object is read or refused as a bad request', () => {
  fc.assert(
    fc.property(
      fc.object({ key: fc.constantFrom('inputs', 'name', 'shape', 'datatype', 'data', 'parameters', 'outputs') }),
      (value) => {
        try {
          request(value);
        } catch (error) {
          assert.ok(error instanceof ProtocolError, String(error));
        }
      },
    ),
  );
});

test('an answer without binary outputs', () => {
  const outputs: Tensor[] = [{ name: 'y', datatype: 'INT64', shape: [2, 1], data: BigInt64Array.of(2n ** 60n, -1n) }];
  const { json, binary } = encodeInferResponse({ id: 'a', modelName: 'm', modelVersion: '1', outputs });
  assert.equal(
    json,
    '{"id":"a","model_name":"m","model_version":"1","outputs":[{"name":"y","shape":[2,1],"datatype":"INT64","data":[1152921504606846976,-1]}]}',
  );
  assert.deepEqual(binary, []);
});
