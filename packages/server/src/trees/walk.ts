import type { PackedForest } from './packed.ts';
import { fillRow } from './slots.ts';

/** Sums of leaf values: per row and output. `single`: added in float32, in the order of the trees, as XGBoost does. */
export interface SumOptions {
  /** Starting value of each output. */
  base: Float64Array;
  single: boolean;
}

/** Rows that go down a tree one after the other while it is in the processor's first cache; their slots fit there, too. */
const BLOCK_ROWS = 64;
/** 1 MiB for a block: rows of forests with very many categorical splits are long, and take their way one by one. */
const BLOCK_SLOTS = 2 ** 17;

/** Numbers of a batch: `features` row-major [rows, features], NaN means missing; `sums` row-major [rows, outputs]. */
export interface Batch {
  features: ArrayLike<number>;
  sums: Float64Array;
}

/** Fills the raw sums of rows `[first, end)`. */
export type SumRows = (batch: Batch, first: number, end: number) => void;

/** Made once per model: what it works in is used again by every call, none of which gives way to another. */
export function createLeafSums(forest: PackedForest, featureCount: number, { base, single }: SumOptions): SumRows {
  const { groups, slots } = forest;
  const outputs = base.length;
  const width = slots.length + 1;
  const row = new Float64Array(width);
  const leaves = new Float64Array(groups.length);
  const blockRows = Math.min(BLOCK_ROWS, Math.floor(BLOCK_SLOTS / width)) & ~3;
  let block: Float64Array | undefined;

  function sumRow({ features, sums }: Batch, r: number): void {
    fillRow(row, slots, features, r * featureCount);
    walkTrees(forest, row, leaves);
    const at = r * outputs;
    if (single) {
      for (let t = 0; t < leaves.length; t++) sums[at + groups[t]!] = Math.fround(sums[at + groups[t]!]! + leaves[t]!);
    } else {
      for (let t = 0; t < leaves.length; t++) sums[at + groups[t]!]! += leaves[t]!;
    }
  }

  return (batch, first, end) => {
    const { features, sums } = batch;
    for (let r = first; r < end; r++) sums.set(base, r * outputs);
    let r = first;
    while (blockRows > 0 && end - r >= 4) {
      const count = Math.min(blockRows, end - r) & ~3;
      block ??= new Float64Array(width * blockRows);
      for (let i = 0; i < count; i++) {
        fillRow(row, slots, features, (r + i) * featureCount);
        block.set(row, i * width);
      }
      sumBlock(forest, block, width, count, sums, r * outputs, outputs, single);
      r += count;
    }
    for (; r < end; r++) sumRow(batch, r);
  };
}

/**
 * Takes each tree in turn and sends `count` rows (a multiple of four) down it, four side by side, for the reasons that
 * {@link walkTrees} tells. A row's sum still grows in the order of the trees.
 */
function sumBlock(
  forest: PackedForest,
  block: Float64Array,
  width: number,
  count: number,
  sums: Float64Array,
  at: number,
  outputs: number,
  single: boolean,
): void {
  const { nodes, thresholds, roots, depths, groups } = forest;
  for (let t = 0; t < roots.length; t++) {
    const root = roots[t]!;
    const steps = depths[t]!;
    let sum = at + groups[t]!;
    for (let ra = 0; ra < count * width; ra += 4 * width) {
      const rb = ra + width;
      const rc = rb + width;
      const rd = rc + width;
      let a = root;
      let b = root;
      let c = root;
      let d = root;
      for (let step = 0; step < steps; step++) {
        a = nodes[a + 1]! + (Number(block[ra + nodes[a]!]! >= thresholds[(a >> 1) + 1]!) << 2);
        b = nodes[b + 1]! + (Number(block[rb + nodes[b]!]! >= thresholds[(b >> 1) + 1]!) << 2);
        c = nodes[c + 1]! + (Number(block[rc + nodes[c]!]! >= thresholds[(c >> 1) + 1]!) << 2);
        d = nodes[d + 1]! + (Number(block[rd + nodes[d]!]! >= thresholds[(d >> 1) + 1]!) << 2);
      }
      const sb = sum + outputs;
      const sc = sb + outputs;
      const sd = sc + outputs;
      const va = sums[sum]! + thresholds[(a >> 1) + 1]!;
      const vb = sums[sb]! + thresholds[(b >> 1) + 1]!;
      const vc = sums[sc]! + thresholds[(c >> 1) + 1]!;
      const vd = sums[sd]! + thresholds[(d >> 1) + 1]!;
      sums[sum] = single ? Math.fround(va) : va;
      sums[sb] = single ? Math.fround(vb) : vb;
      sums[sc] = single ? Math.fround(vc) : vc;
      sums[sd] = single ? Math.fround(vd) : vd;
      sum = sd + outputs;
    }
  }
}

/**
 * The leaf value of each tree. Four trees go down side by side: each step of one waits for memory, and the others fill the wait. A tree
 * that has reached its leaf stays there, so no step needs a branch. The comparison becomes a number by `Number`, which compiles to
 * nothing; `? :` would compile to a jump that is mispredicted half of the time and costs two thirds of the speed.
 */
function walkTrees(forest: PackedForest, row: Float64Array, leaves: Float64Array): void {
  const { nodes, thresholds, roots, depths } = forest;
  const count = roots.length;
  let t = 0;
  for (; t + 4 <= count; t += 4) {
    let a = roots[t]!;
    let b = roots[t + 1]!;
    let c = roots[t + 2]!;
    let d = roots[t + 3]!;
    const steps = Math.max(depths[t]!, depths[t + 1]!, depths[t + 2]!, depths[t + 3]!);
    for (let step = 0; step < steps; step++) {
      a = nodes[a + 1]! + (Number(row[nodes[a]!]! >= thresholds[(a >> 1) + 1]!) << 2);
      b = nodes[b + 1]! + (Number(row[nodes[b]!]! >= thresholds[(b >> 1) + 1]!) << 2);
      c = nodes[c + 1]! + (Number(row[nodes[c]!]! >= thresholds[(c >> 1) + 1]!) << 2);
      d = nodes[d + 1]! + (Number(row[nodes[d]!]! >= thresholds[(d >> 1) + 1]!) << 2);
    }
    leaves[t] = thresholds[(a >> 1) + 1]!;
    leaves[t + 1] = thresholds[(b >> 1) + 1]!;
    leaves[t + 2] = thresholds[(c >> 1) + 1]!;
    leaves[t + 3] = thresholds[(d >> 1) + 1]!;
  }
  for (; t < count; t++) {
    let a = roots[t]!;
    for (let step = depths[t]!; step > 0; step--) {
      a = nodes[a + 1]! + (Number(row[nodes[a]!]! >= thresholds[(a >> 1) + 1]!) << 2);
    }
    leaves[t] = thresholds[(a >> 1) + 1]!;
  }
}
