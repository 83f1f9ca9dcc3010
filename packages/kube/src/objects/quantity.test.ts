import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  addQuantities,
  compareQuantities,
  formatQuantity,
  isQuantity,
  parseQuantity,
  type QuantityFormat,
  quantityToMilli,
  quantityToNumber,
} from './quantity.ts';

const canonical: [string | number, string][] = [
  ['0', '0'],
  ['0Gi', '0'],
  ['1000m', '1'],
  ['0.5', '500m'],
  [0.5, '500m'],
  [2, '2'],
  ['1.5Gi', '1536Mi'],
  ['1024Mi', '1Gi'],
  ['1000Mi', '1000Mi'],
  ['512Ki', '512Ki'],
  ['1Ki', '1Ki'],
  ['0.5Ki', '512'],
  ['1500', '1500'],
  ['1000000', '1M'],
  ['1e3', '1e3'],
  ['1E', '1E'],
  ['1E2', '100'],
  ['12e6', '12e6'],
  ['0.0000000001', '1n'],
  ['-1500m', '-1500m'],
  ['+5', '5'],
  ['.5', '500m'],
  ['5.', '5'],
  ['1e400', '9223372036854775807'],
  ['1e-999', '1e-9'],
];
for (const [text, expected] of canonical) {
  test(`quantity ${text} is written ${expected}`, () => {
    assert.equal(formatQuantity(parseQuantity(text)), expected);
  });
}

for (const wrong of [
  '',
  '.',
  'Gi',
  '1K',
  '1ki',
  '1 Gi',
  '1Gii',
  'e3',
  '1e',
  '--1',
  '1.2.3',
  'NaN',
  'Infinity',
  '0x10',
]) {
  test(`"${wrong}" is no quantity`, () => {
    assert.equal(isQuantity(wrong), false);
    assert.throws(() => parseQuantity(wrong), /is not a quantity/);
  });
}

test('numbers in other units', () => {
  assert.equal(quantityToMilli('1'), 1000);
  assert.equal(quantityToMilli('1u'), 1);
  assert.equal(quantityToNumber('1Gi'), 2 ** 30);
  assert.equal(quantityToNumber('250m'), 0.25);
});

const quantity = fc.record({
  nano: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n }),
  format: fc.constantFrom<QuantityFormat>('BinarySI', 'DecimalSI', 'DecimalExponent'),
});

test('property: what is written reads back to the same value, and writes the same again', () => {
  fc.assert(
    fc.property(quantity, (value) => {
      const text = formatQuantity(value);
      assert.equal(parseQuantity(text).nano, value.nano);
      assert.equal(formatQuantity(parseQuantity(text)), text);
    }),
  );
});

test('property: order and sums agree with the numbers', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer(), (a, b) => {
      assert.equal(Math.sign(compareQuantities(a, b)), Math.sign(a - b));
      assert.equal(quantityToNumber(addQuantities(parseQuantity(a), parseQuantity(b))), a + b);
    }),
  );
});
