import { isIPv4, isIPv6 } from 'node:net';

/** An address as a number of 32 or 128 bits. */
export interface IpAddress {
  readonly family: 4 | 6;
  readonly bits: bigint;
}
/** A range of addresses; `address` may have bits behind the prefix. */
export interface IpRange {
  readonly address: IpAddress;
  readonly prefixLength: number;
}

/** Nothing for what is no address, has a zone, or is an IPv4 address in IPv6 form (Kubernetes' `ip()` takes neither). */
export function parseIp(text: string): IpAddress | undefined {
  if (isIPv4(text))
    return { family: 4, bits: BigInt(text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)) };
  if (!isIPv6(text) || text.includes('%') || text.includes('.')) return undefined;
  const [head = '', tail] = text.split('::', 2);
  const words = (part: string) => (part === '' ? [] : part.split(':'));
  const [first, last] = [words(head), tail === undefined ? [] : words(tail)];
  const all = tail === undefined ? first : [...first, ...Array(8 - first.length - last.length).fill('0'), ...last];
  const bits = all.reduce((sum: bigint, word: string) => (sum << 16n) | BigInt(`0x${word}`), 0n);
  return bits >> 32n === 0xffffn ? undefined : { family: 6, bits };
}

export function parseRange(text: string): IpRange | undefined {
  const [, head = '', length = ''] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  const address = parseIp(head);
  if (!address || (length.length > 1 && length.startsWith('0'))) return undefined;
  const prefixLength = Number(length);
  return prefixLength <= widthOf(address) ? { address, prefixLength } : undefined;
}

/** RFC 5952: no leading zeros, the longest run of two or more zero words as `::`. */
export function formatIp({ family, bits }: IpAddress): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => (bits >> shift) & 255n).join('.');
  const words = Array.from({ length: 8 }, (_, i) => ((bits >> BigInt(16 * (7 - i))) & 0xffffn).toString(16));
  let [start, longest] = [-1, 1];
  for (let i = 0; i < 8; i += 1) {
    let end = i;
    while (end < 8 && words[end] === '0') end += 1;
    if (end - i > longest) [start, longest] = [i, end - i];
  }
  if (start < 0) return words.join(':');
  return `${words.slice(0, start).join(':')}::${words.slice(start + longest).join(':')}`;
}

/** The range with nothing behind its prefix. */
export function maskRange({ address, prefixLength }: IpRange): IpRange {
  const rest = BigInt(widthOf(address) - prefixLength);
  return { address: { ...address, bits: (address.bits >> rest) << rest }, prefixLength };
}

export function rangeContains(range: IpRange, address: IpAddress, prefixLength = widthOf(address)): boolean {
  if (range.address.family !== address.family || prefixLength < range.prefixLength) return false;
  const rest = BigInt(widthOf(address) - range.prefixLength);
  return range.address.bits >> rest === address.bits >> rest;
}

/** Whether the address is in one of the ranges that IANA set apart for `use`. */
export function isOfUse(address: IpAddress, use: keyof typeof uses): boolean {
  return uses[use].some((text) => rangeContains(parseRange(text) as IpRange, address));
}

const uses = {
  unspecified: ['0.0.0.0/32', '::/128'],
  loopback: ['127.0.0.0/8', '::1/128'],
  linkLocalMulticast: ['224.0.0.0/24', 'ff02::/16'],
  linkLocalUnicast: ['169.254.0.0/16', 'fe80::/10'],
  multicast: ['224.0.0.0/4', 'ff00::/8'],
  broadcast: ['255.255.255.255/32'],
} as const;

function widthOf({ family }: IpAddress): number {
  return family === 4 ? 32 : 128;
}
