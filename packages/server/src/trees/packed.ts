import { orderedNodes, type Tree, type TreeNode } from './forest.ts';
import { type Slot, SlotTable } from './slots.ts';

/**
 * A forest as flat arrays, 16 bytes per node so that a node lies in one cache line: `nodes` sees them as four 32-bit integers
 * (slot, offset of the first child, then the threshold), `thresholds` as two doubles (of which the second is the threshold). The second
 * child follows the first. A leaf tests slot 0, is its own first child, and holds its value where a split has the threshold.
 */
export interface PackedForest {
  nodes: Int32Array;
  thresholds: Float64Array;
  /** Per tree: offset of the root in `nodes`, number of steps to its deepest leaf, output that it adds to. */
  roots: Int32Array;
  depths: Int32Array;
  groups: Int32Array;
  slots: Slot[];
}

const NODE_WORDS = 4;

export interface PackOptions {
  featureCount: number;
  /** The largest number below / the smallest above, in the precision in which the model compares. */
  below(value: number): number;
  above(value: number): number;
}

/** Throws `ModelError` on a tree that is none; see {@link orderedNodes}. */
export function packForest(trees: readonly Tree[], options: PackOptions): PackedForest {
  const ordered = trees.map((tree, index) => orderedNodes(tree, `tree ${index}`, options.featureCount));
  const total = ordered.reduce((sum, { order }) => sum + order.length, 0);
  const buffer = new ArrayBuffer(total * NODE_WORDS * 4);
  const nodes = new Int32Array(buffer);
  const thresholds = new Float64Array(buffer);
  const table = new SlotTable();
  const forest: PackedForest = {
    nodes,
    thresholds,
    roots: new Int32Array(trees.length),
    depths: Int32Array.from(ordered, ({ depth }) => depth),
    groups: Int32Array.from(trees, (tree) => tree.group),
    slots: table.slots,
  };
  let first = 0;
  for (const [position, tree] of trees.entries()) {
    const { order } = ordered[position]!;
    forest.roots[position] = first * NODE_WORDS;
    // Breadth-first order puts siblings side by side, except that a split may want its right child first.
    const queue = [0];
    for (let at = 0; at < queue.length; at++) {
      const node = tree.node(queue[at]!);
      const offset = (first + at) * NODE_WORDS;
      if ('leaf' in node) {
        nodes[offset] = 0;
        nodes[offset + 1] = offset;
        thresholds[(offset >> 1) + 1] = node.leaf;
        continue;
      }
      const test = normalForm(node, table, options);
      nodes[offset] = test.slot;
      nodes[offset + 1] = (first + queue.length) * NODE_WORDS;
      thresholds[(offset >> 1) + 1] = test.threshold;
      queue.push(...(test.rightFirst ? [node.right, node.left] : [node.left, node.right]));
    }
    first += order.length;
  }
  return forest;
}

type Split = Exclude<TreeNode, { leaf: number }>;

/**
 * A split as "second child when slot ≥ threshold". NaN is ≥ nothing, so the first child is the one that missing values take:
 * left by default: right when x ≥ t (x > t is x ≥ the next number above t);
 * right by default: left when x < t, that is −x ≥ −(the number below t), or x ≤ t, that is −x ≥ −t.
 */
function normalForm(split: Split, table: SlotTable, { above, below }: PackOptions) {
  const { feature } = split;
  if ('categories' in split) {
    return { slot: table.categorical(feature, split.categories), threshold: 1, rightFirst: false };
  }
  const { threshold, orEqual, missing, defaultLeft } = split;
  if (defaultLeft || missing === 'nan-is-zero') {
    const least = orEqual ? above(threshold) : threshold;
    return { slot: table.numeric(feature, missing, false), threshold: least, rightFirst: false };
  }
  const most = orEqual ? threshold : below(threshold);
  return { slot: table.numeric(feature, missing, true), threshold: -most, rightFirst: true };
}
