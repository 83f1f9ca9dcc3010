import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createCelEnvironment } from '../environment.ts';
import { formatIp, parseIp } from './ip-address.ts';

const environment = createCelEnvironment(['self']);

for (const [expression, expected] of [
  ["ip('192.168.0.1').family() == 4", true],
  ["ip('::1').isLoopback() && ip('127.8.9.1').isLoopback()", true],
  ["isIP('::ffff:1.2.3.4') || isIP('fe80::1%en0') || isIP('1.2.3') || isIP('01.2.3.4')", false],
  ["ip.isCanonical('2001:db8::abcd') && !ip.isCanonical('2001:DB8::ABCD')", true],
  ["ip('8.8.8.8').isGlobalUnicast() && !ip('224.0.0.1').isGlobalUnicast()", true],
  ["ip('169.254.1.1').isLinkLocalUnicast() && ip('ff02::1').isLinkLocalMulticast()", true],
  ["cidr('192.168.0.0/24').containsIP(ip('192.168.0.1'))", true],
  ["cidr('192.168.0.0/24').containsIP('192.168.1.1')", false],
  ["cidr('192.168.0.0/16').containsCIDR('192.168.10.0/24')", true],
  ["cidr('192.168.0.0/24').containsCIDR(cidr('192.168.0.0/16'))", false],
  ["cidr('192.168.0.7/24').masked().ip() == ip('192.168.0.0')", true],
  ["cidr('2001:db8::/32').prefixLength() == 32", true],
  ["isCIDR('10.0.0.0/33') || isCIDR('10.0.0.0') || isCIDR('10.0.0.0/08')", false],
  ['sets.contains([1, 2, 3], [2, 2]) && !sets.contains([1], [1, 2])', true],
  ["sets.equivalent(['a', 'b'], ['b', 'a', 'a'])", true],
  ['sets.intersects([1, 2], [2, 3]) && !sets.intersects([], [1])', true],
  ["'a1b22c'.findAll('[0-9]+') == ['1', '22'] && 'a1b22c'.findAll('[0-9]+', 1) == ['1']", true],
] as const) {
  test(expression, () => assert.equal(environment.evaluate(expression, { self: {} }), expected));
}

test('an address that cannot be parsed is an error', () => {
  assert.throws(() => environment.evaluate("ip('x')", {}), /parse error/);
  assert.throws(() => environment.evaluate("cidr('1.2.3.4')", {}), /parse error/);
});

test('every address is read as it was written', () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
      const address = parseIp(text);
      if (!address) return;
      assert.deepEqual(parseIp(formatIp(address)), address);
    }),
  );
});
