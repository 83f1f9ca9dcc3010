import type { Environment } from '@marcbachmann/cel-js';
import {
  formatIp,
  type IpAddress,
  type IpRange,
  isOfUse,
  maskRange,
  parseIp,
  parseRange,
  rangeContains,
} from './ip-address.ts';

/** An `ip(…)` of an expression. */
class CelIp {
  readonly value: IpAddress;
  constructor(value: IpAddress) {
    this.value = value;
  }
}
/** A `cidr(…)` of an expression. */
class CelCidr {
  readonly value: IpRange;
  constructor(value: IpRange) {
    this.value = value;
  }
}
/** What `ip.isCanonical(…)` hangs on. */
class IpNamespace {}

function ipOf(text: string): CelIp {
  const value = parseIp(text);
  if (!value) throw new RangeError(`IP Address ${JSON.stringify(text)} parse error during conversion from string`);
  return new CelIp(value);
}

function cidrOf(text: string): CelCidr {
  const value = parseRange(text);
  if (!value)
    throw new RangeError(`network address parse error during conversion from string: ${JSON.stringify(text)}`);
  return new CelCidr(value);
}

/** Kubernetes' IP and CIDR libraries. */
export function registerNetwork(environment: Environment): void {
  const containsIp = ({ value }: CelCidr, ip: CelIp) => rangeContains(value, ip.value);
  const containsCidr = ({ value }: CelCidr, other: CelCidr) =>
    rangeContains(value, other.value.address, other.value.prefixLength);
  environment
    .registerType('net.IP', { ctor: CelIp, fields: {} })
    .registerType('net.CIDR', { ctor: CelCidr, fields: {} })
    .registerType('net.IPNamespace', { ctor: IpNamespace, fields: {} })
    .registerConstant('ip', 'net.IPNamespace', new IpNamespace())
    .registerFunction('ip(string): net.IP', ipOf)
    .registerFunction('isIP(string): bool', (text: string) => parseIp(text) !== undefined)
    .registerFunction(
      'net.IPNamespace.isCanonical(string): bool',
      (_: unknown, text: string) => formatIp(ipOf(text).value) === text,
    )
    .registerFunction('net.IP.family(): int', ({ value }: CelIp) => BigInt(value.family))
    .registerFunction('net.IP.isUnspecified(): bool', ({ value }: CelIp) => isOfUse(value, 'unspecified'))
    .registerFunction('net.IP.isLoopback(): bool', ({ value }: CelIp) => isOfUse(value, 'loopback'))
    .registerFunction('net.IP.isLinkLocalMulticast(): bool', ({ value }: CelIp) => isOfUse(value, 'linkLocalMulticast'))
    .registerFunction('net.IP.isLinkLocalUnicast(): bool', ({ value }: CelIp) => isOfUse(value, 'linkLocalUnicast'))
    .registerFunction(
      'net.IP.isGlobalUnicast(): bool',
      ({ value }: CelIp) =>
        !(['unspecified', 'loopback', 'linkLocalUnicast', 'multicast', 'broadcast'] as const).some((use) =>
          isOfUse(value, use),
        ),
    )
    .registerOperator('net.IP == net.IP', (a: CelIp, b: CelIp) => formatIp(a.value) === formatIp(b.value))
    .registerFunction('cidr(string): net.CIDR', cidrOf)
    .registerFunction('isCIDR(string): bool', (text: string) => parseRange(text) !== undefined)
    .registerFunction('net.CIDR.containsIP(net.IP): bool', containsIp)
    .registerFunction('net.CIDR.containsIP(string): bool', (range: CelCidr, text: string) =>
      containsIp(range, ipOf(text)),
    )
    .registerFunction('net.CIDR.containsCIDR(net.CIDR): bool', containsCidr)
    .registerFunction('net.CIDR.containsCIDR(string): bool', (range: CelCidr, text: string) =>
      containsCidr(range, cidrOf(text)),
    )
    .registerFunction('net.CIDR.ip(): net.IP', ({ value }: CelCidr) => new CelIp(value.address))
    .registerFunction('net.CIDR.masked(): net.CIDR', ({ value }: CelCidr) => new CelCidr(maskRange(value)))
    .registerOperator(
      'net.CIDR == net.CIDR',
      (a: CelCidr, b: CelCidr) =>
        a.value.prefixLength === b.value.prefixLength && formatIp(a.value.address) === formatIp(b.value.address),
    )
    .registerFunction('net.CIDR.prefixLength(): int', ({ value }: CelCidr) => BigInt(value.prefixLength));
}
