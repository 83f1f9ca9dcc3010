import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  createData,
  type Datatype,
  halfFromNumber,
  numberFromHalf,
  ProtocolError,
  parseJsonObject,
  readData,
  writeData,
  writeNested,
} from './index.ts';

const bigInt = (bits: bigint, signed: boolean) =>
  signed
    ? fc.bigInt({ min: -(2n ** (bits - 1n)), max: 2n ** (bits - 1n) - 1n })
    : fc.bigInt({ min: 0n, max: 2n ** bits - 1n });

const VALUES: Record<Datatype, fc.Arbitrary<unknown>> = {
  BOOL: fc.boolean(),
  UINT8: fc.integer({ min: 0, max: 255 }),
  UINT16: fc.integer({ min: 0, max: 65535 }),
  UINT32: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  UINT64: bigInt(64n, false),
  INT8: fc.integer({ min: -128, max: 127 }),
  INT16: fc.integer({ min: -32768, max: 32767 }),
  INT32: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  INT64: bigInt(64n, true),
  FP16: fc.integer({ min: 0, max: 0x7bff }).map(numberFromHalf),
  FP32: fc.float({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0)),
  FP64: fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0)),
  BYTES: fc.string({ unit: 'grapheme' }),
};

const tensor = fc
  .record({
    datatype: fc.constantFrom(...(Object.keys(VALUES) as Datatype[])),
    shape: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }),
  })
  .chain(({ datatype, shape }) => {
    const count = shape.reduce((product, length) => product * length, 1);
    return fc.record({
      datatype: fc.constant(datatype),
      shape: fc.constant(shape),
      count: fc.constant(count),
      values: fc.array(VALUES[datatype], { minLength: count, maxLength: count }),
    });
  });

const jsonOf = (values: unknown[]) =>
  `[${values.map((value) => (typeof value === 'bigint' ? String(value) : JSON.stringify(value))).join(',')}]`;

test('elements of every datatype come back exactly, flat and nested', () => {
  fc.assert(
    fc.property(tensor, ({ datatype, shape, count, values }) => {
      const { data: sent } = parseJsonObject(`{"data":${jsonOf(values)}}`);
      const data = readData(datatype, shape, count, sent, 'x');
      const nested = parseJsonObject(`{"data": ${writeNested(datatype, shape, data)} }`)['data'];
      assert.deepEqual(readData(datatype, shape, count, nested, 'x'), data);
      assert.equal(writeData(datatype, data), jsonOf(values));
    }),
  );
});

test('64-bit integers may be strings of digits', () => {
  const data = readData('INT64', [2], 2, ['-9223372036854775808', 12], 'x');
  assert.deepEqual(data, BigInt64Array.of(-(2n ** 63n), 12n));
});

test('any JSON value is either read or refused by name, and never takes more memory than it promises', () => {
  fc.assert(
    fc.property(
      fc.jsonValue(),
      fc.constantFrom(...(Object.keys(VALUES) as Datatype[])),
      fc.array(fc.nat(2 ** 20), { maxLength: 4 }),
      (value, datatype, shape) => {
        const count = shape.reduce((product, length) => product * length, 1);
        if (!Number.isSafeInteger(count)) return;
        try {
          readData(datatype, shape, count, value, 'input "x"');
        } catch (error) {
          assert.ok(error instanceof ProtocolError);
          assert.match(error.message, /^input "x"/);
        }
      },
    ),
  );
});

test('an element that does not fit is named with its place, value and expectation', () => {
  const refused = (datatype: Datatype, shape: number[], value: unknown, message: RegExp) =>
    assert.throws(
      () =>
        readData(
          datatype,
          shape,
          shape.reduce((a, b) => a * b, 1),
          value,
          'x',
        ),
      message,
    );
  refused(
    'INT8',
    [2, 2],
    [
      [1, 2],
      [3, 300],
    ],
    /^ProtocolError: x\[1\]\[1\]: INT8 expects a whole number from -128 to 127, got 300$/,
  );
  refused('FP32', [2], [1, null], /^ProtocolError: x\[1\]: FP32 expects a number, got null$/);
  refused('BOOL', [1], ['yes'], /true or false, got "yes"/);
  refused('FP32', [2, 3], [1, 2, 3], /shape \[2, 3\] needs 6 elements, "data" has 3/);
  refused('FP32', [2, 2], [[1, 2], [3]], /needs 4 elements, "data" has 3/);
  refused('UINT64', [1], [-1], /from 0 to 2\^64-1, got -1/);
});

test('null is a missing value only where that is allowed', () => {
  const data = readData('FP32', [2], 2, [1, null], 'x', { nullIsMissing: true });
  assert.deepEqual(data, Float32Array.of(1, Number.NaN));
  assert.throws(() => readData('INT32', [1], 1, [null], 'x', { nullIsMissing: true }), ProtocolError);
});

test('NaN and infinities, which JSON lacks, are written as null', () => {
  assert.equal(writeData('FP64', Float64Array.of(1, Number.NaN, Number.POSITIVE_INFINITY)), '[1,null,null]');
});

test('half precision: every pattern of bits comes back, and rounding goes to the nearest, ties to even', () => {
  for (let bits = 0; bits < 0x10000; bits++) {
    const value = numberFromHalf(bits);
    if (!Number.isNaN(value)) assert.equal(halfFromNumber(value), bits);
  }
  assert.equal(numberFromHalf(halfFromNumber(2049)), 2048);
  assert.equal(numberFromHalf(halfFromNumber(2051)), 2052);
  assert.equal(halfFromNumber(65519), 0x7bff);
  assert.equal(halfFromNumber(65520), 0x7c00);
  assert.ok(Number.isNaN(numberFromHalf(halfFromNumber(Number.NaN))));
});

test('createData gives zeros of the right kind', () => {
  assert.deepEqual(createData('INT64', 2), new BigInt64Array(2));
  assert.deepEqual(createData('BYTES', 1), [new Uint8Array(0)]);
});
