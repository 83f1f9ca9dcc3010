import { ModelError } from '../errors.ts';

/**
 * How a split looks at its feature.
 * `value`: as it came, NaN is missing. `nan-is-zero`: NaN counts as 0. `zero-is-missing`: NaN and numbers within 1e-35 of 0 are missing.
 */
export type Missing = 'value' | 'nan-is-zero' | 'zero-is-missing';

/** Where a categorical split sends a value: `set` is a bitset of 32-bit words over category numbers, or a plain set of them. */
export interface CategorySplit {
  set: Uint32Array | ReadonlySet<number>;
  /** The child (0 left, 1 right) for a category in the set; any other category takes the other child. */
  memberChild: 0 | 1;
  /** The child for NaN. */
  missingChild: 0 | 1;
  /** The child for a number that can be no category (negative, or too large). */
  invalidChild: 0 | 1;
}

/** One node as a model file tells it. */
export type TreeNode =
  | { leaf: number }
  | {
      feature: number;
      left: number;
      right: number;
      /** Left when the value is less than (or, with `orEqual`, equal to) the threshold. */
      threshold: number;
      orEqual: boolean;
      missing: Missing;
      defaultLeft: boolean;
    }
  | { feature: number; left: number; right: number; categories: CategorySplit };

/** A tree: `node(0)` is the root. Which numbers stand for which nodes is the reader's business. */
export interface Tree {
  nodeCount: number;
  node(index: number): TreeNode;
  /** The output that the tree adds to. */
  group: number;
}

/** Deeper trees than this are refused: real ones have some tens of levels. */
const MAX_DEPTH = 4096;

/**
 * The nodes of a tree in breadth-first order with the depth of the deepest, every child checked.
 *
 * Throws `ModelError` when a child does not exist, has two parents or leads back up, or a feature is out of range.
 */
export function orderedNodes(tree: Tree, where: string, featureCount: number): { order: number[]; depth: number } {
  const seen = new Uint8Array(tree.nodeCount);
  const bad = (message: string): never => {
    throw new ModelError('ModelInvalid', `${where}: ${message}`);
  };
  if (tree.nodeCount < 1) bad('has no nodes');
  let level = [0];
  seen[0] = 1;
  const order: number[] = [];
  let depth = 0;
  for (; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) bad(`is deeper than ${MAX_DEPTH} levels`);
    const next: number[] = [];
    for (const index of level) {
      order.push(index);
      const node = tree.node(index);
      if ('leaf' in node) {
        if (Number.isNaN(node.leaf)) bad(`leaf ${index} is not a number`);
        continue;
      }
      if (!(node.feature >= 0 && node.feature < featureCount)) {
        bad(`node ${index} splits on feature ${node.feature}, the model has ${featureCount}`);
      }
      for (const child of [node.left, node.right]) {
        if (!(child >= 0 && child < tree.nodeCount))
          bad(`node ${index} has child ${child}, the tree has ${tree.nodeCount} nodes`);
        if (seen[child]) bad(`node ${child} is the child of two nodes`);
        seen[child] = 1;
        next.push(child);
      }
    }
    level = next;
  }
  return { order, depth: depth - 1 };
}
