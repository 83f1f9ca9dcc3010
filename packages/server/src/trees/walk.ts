import type { PackedForest } from './packed.ts';
import { fillRow } from './slots.ts';

/** Sums of leaf values: per row and output. `single`: added in float32, in the order of the trees, as XGBoost does. */
export interface SumOptions {
  /** Starting value of each output. */
  base: Float64Array;
  single: boolean;
}

/**
 * @param features  row-major [rows, features]; NaN means missing
 * @returns row-major [rows, outputs], the raw sums
 */
export function sumLeaves(
  forest: PackedForest,
  features: ArrayLike<number>,
  rows: number,
  featureCount: number,
  { base, single }: SumOptions,
): Float64Array {
  const { groups, slots } = forest;
  const outputs = base.length;
  const sums = new Float64Array(rows * outputs);
  const row = new Float64Array(slots.length + 1);
  const leaves = new Float64Array(groups.length);
  for (let r = 0; r < rows; r++) {
    fillRow(row, slots, features, r * featureCount);
    walkTrees(forest, row, leaves);
    const at = r * outputs;
    sums.set(base, at);
    if (single) {
      for (let t = 0; t < leaves.length; t++) sums[at + groups[t]!] = Math.fround(sums[at + groups[t]!]! + leaves[t]!);
    } else {
      for (let t = 0; t < leaves.length; t++) sums[at + groups[t]!]! += leaves[t]!;
    }
  }
  return sums;
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
