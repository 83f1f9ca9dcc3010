import type { Fault } from '../../../packages/storage/src/test-support/fault-proxy.ts';
import { type Random, randomFrom } from './random.ts';

export const FAULT_KINDS = [
  'cut',
  'stall',
  'reset',
  'status 500',
  'status 503 with Retry-After',
  'status 429 with Retry-After',
  'wrong Content-Length',
  'corrupt byte',
  'slow drip',
  '200 to a range',
  'object changed',
  'kill -9',
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

export interface PlannedFault {
  kind: FaultKind;
  fault: Fault;
}

/** One download with everything that will happen to it. */
export interface Plan {
  seed: number;
  /** S3 with MD5 sums as ETags, or one file over HTTP, which has no checksum. */
  source: 's3' | 'http';
  /** Objects by name below the prefix. */
  objects: Map<string, Buffer>;
  segmentBytes: number;
  parallel: number;
  /** For one answer each, in order; `undefined` passes. */
  dataFaults: (PlannedFault | undefined)[];
  listFaults: (PlannedFault | undefined)[];
  /** Every answer after those has this one. */
  forever: PlannedFault | undefined;
  /** Before this many requests for data an object gets new content. */
  change: { beforeRequest: number; name: string; content: Buffer } | undefined;
  /** Milliseconds after its start at which each attempt but the last is killed. */
  killsAfterMs: number[];
}

export function planFrom(seed: number): Plan {
  const random = randomFrom(seed);
  const source = random.chance(0.75) ? 's3' : 'http';
  const objects = new Map<string, Buffer>();
  const count = source === 'http' ? 1 : random.between(1, 6);
  for (let index = 0; index < count; index++) {
    const size = random.pick([() => 0, () => random.between(1, 5000), () => random.between(50_000, 800_000)])();
    objects.set(
      source === 's3' && random.chance(0.3) ? `sub/file-${index}.bin` : `file-${index}.bin`,
      random.bytes(source === 'http' ? size + 1 : size),
    );
  }
  const rate = random.pick([0, 0.1, 0.3, 0.6]);
  const faults = (many: number, kinds: readonly FaultKind[]) =>
    Array.from({ length: many }, () => (random.chance(rate) ? plannedFault(random.pick(kinds), random) : undefined));
  // Nothing but the transport protects a plain file over HTTP, or a listing, from a changed byte.
  const kinds = FAULT_KINDS.filter((kind) => kind !== 'object changed' && kind !== 'kill -9');
  const unchecked = kinds.filter((kind) => kind !== 'corrupt byte');
  const listKinds = unchecked.filter((kind) => kind !== '200 to a range');
  const name = random.pick([...objects.keys()]);
  return {
    seed,
    source,
    objects,
    segmentBytes: random.pick([30_000, 100_000, 1_000_000]),
    parallel: random.between(1, 8),
    dataFaults: faults(40, source === 's3' ? kinds : unchecked),
    listFaults: faults(6, listKinds),
    forever: random.chance(0.04) ? plannedFault(random.pick(source === 's3' ? kinds : unchecked), random) : undefined,
    change: random.chance(0.15)
      ? { beforeRequest: random.between(1, 12), name, content: random.bytes(random.between(1, 800_000)) }
      : undefined,
    killsAfterMs: random.chance(0.5) ? Array.from({ length: random.between(1, 3) }, () => random.between(60, 400)) : [],
  };
}

function plannedFault(kind: FaultKind, random: Random): PlannedFault {
  const afterBytes = random.pick([0, random.between(1, 300), random.between(1, 200_000)]);
  const retryAfter = { 'retry-after': String(random.between(0, 1)) };
  switch (kind) {
    case 'cut':
      return { kind, fault: { kind: 'cut', afterBytes } };
    case 'stall':
      return { kind, fault: { kind: 'stall', afterBytes } };
    case 'reset':
      return { kind, fault: { kind: 'reset' } };
    case 'status 500':
      return { kind, fault: { kind: 'status', status: 500 } };
    case 'status 503 with Retry-After':
      return { kind, fault: { kind: 'status', status: 503, headers: retryAfter } };
    case 'status 429 with Retry-After':
      return { kind, fault: { kind: 'status', status: 429, headers: retryAfter } };
    case 'wrong Content-Length':
      return { kind, fault: { kind: 'length', by: random.pick([-400, -1, 1, 1000]) } };
    case 'corrupt byte':
      return { kind, fault: { kind: 'corrupt', at: random.pick([0, random.between(0, 20_000)]) } };
    case 'slow drip':
      return {
        kind,
        fault: { kind: 'drip', pieceBytes: random.between(2000, 20_000), everyMs: random.between(1, 20) },
      };
    case '200 to a range':
      return { kind, fault: { kind: 'whole' } };
    default:
      throw new Error(`${kind} is not one of an answer`);
  }
}
