/** Everything random of one run comes from its seed, so that the run can be had again. */
export interface Random {
  /** `[0, 1)` */
  next(): number;
  /** An integer in `[from, to]`. */
  between(from: number, to: number): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
  bytes(length: number): Buffer;
}

/** Mulberry32: 32 bits of state are enough to choose faults. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }
  const between = (from: number, to: number) => from + Math.floor(next() * (to - from + 1));
  return {
    next,
    between,
    chance: (probability) => next() < probability,
    pick: (items) => items[between(0, items.length - 1)]!,
    bytes(length) {
      const words = new Uint32Array(Math.ceil(length / 4));
      let x = Math.floor(next() * 2 ** 32) | 1;
      for (let index = 0; index < words.length; index++) {
        x ^= x << 13;
        x ^= x >>> 17;
        x ^= x << 5;
        words[index] = x;
      }
      return Buffer.from(words.buffer).subarray(0, length);
    },
  };
}
