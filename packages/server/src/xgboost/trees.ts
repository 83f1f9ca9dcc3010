import { ModelError } from '../errors.ts';
import type { CategorySplit, Tree } from '../trees/forest.ts';
import { countAt, numbersAt, objectAt } from './fields.ts';

const MAX_CATEGORY = 2 ** 24;
/** A bitset up to here takes 8 KiB; one up to the largest category would let a small file ask for gigabytes. */
const MAX_BITSET_CATEGORY = 2 ** 16;

/**
 * One tree of XGBoost's model schema (doc/model.schema). A node without a left child is a leaf, its value stands in `split_conditions`.
 * @param scale  the weight of the tree (DART), else 1
 */
export function readTree(source: Record<string, unknown>, path: string, group: number, scale: number): Tree {
  const parameters = objectAt(source, 'tree_param', path);
  const nodeCount = countAt(parameters, 'num_nodes', `${path}.tree_param`);
  if (countAt(parameters, 'size_leaf_vector', `${path}.tree_param`, 0) > 1) {
    throw new ModelError(
      'ModelUnsupported',
      `${path}: trees with vector leaves (multi_strategy=multi_output_tree) are not supported`,
    );
  }
  const left = numbersAt(source, 'left_children', path, nodeCount);
  const right = numbersAt(source, 'right_children', path, nodeCount);
  const features = numbersAt(source, 'split_indices', path, nodeCount);
  const conditions = numbersAt(source, 'split_conditions', path, nodeCount);
  const defaultLeft = numbersAt(source, 'default_left', path, nodeCount);
  const categories = readCategories(source, path, nodeCount, defaultLeft);
  return {
    nodeCount,
    group,
    node(index) {
      // XGBoost's JSON writes float32 numbers in their shortest form.
      const condition = Math.fround(conditions[index]!);
      if (left[index] === -1) return { leaf: scale === 1 ? condition : Math.fround(condition * scale) };
      const split = { feature: features[index]!, left: left[index]!, right: right[index]! };
      const set = categories.get(index);
      if (set) return { ...split, categories: set };
      return {
        ...split,
        threshold: condition,
        orEqual: false,
        missing: 'value',
        defaultLeft: defaultLeft[index] === 1,
      };
    },
  };
}

/** Categorical splits by node: the listed categories go right, all others left (src/common/categorical.h). */
function readCategories(
  source: Record<string, unknown>,
  path: string,
  nodeCount: number,
  defaultLeft: ArrayLike<number>,
): Map<number, CategorySplit> {
  const splits = new Map<number, CategorySplit>();
  // Models from before 1.3 have no categorical splits.
  if (source['split_type'] === undefined) return splits;
  const types = numbersAt(source, 'split_type', path, nodeCount);
  const nodes = numbersAt(source, 'categories_nodes', path);
  const starts = numbersAt(source, 'categories_segments', path, nodes.length);
  const sizes = numbersAt(source, 'categories_sizes', path, nodes.length);
  const all = numbersAt(source, 'categories', path);
  for (let i = 0; i < nodes.length; i++) {
    const start = starts[i]!;
    const end = start + sizes[i]!;
    if (!(start >= 0 && end >= start && end <= all.length)) {
      throw new ModelError(
        'ModelInvalid',
        `${path}: categories ${start} to ${end} of node ${nodes[i]} lie outside of the ${all.length} stored`,
      );
    }
    const members = Array.from({ length: end - start }, (_, at) => all[start + at]!);
    splits.set(nodes[i]!, {
      set: categorySet(members, path),
      memberChild: 1,
      missingChild: defaultLeft[nodes[i]!] === 1 ? 0 : 1,
      invalidChild: 0,
    });
  }
  for (let node = 0; node < nodeCount; node++) {
    if (types[node] === 1 && !splits.has(node)) {
      throw new ModelError('ModelInvalid', `${path}: node ${node} is a categorical split without categories`);
    }
  }
  return splits;
}

function categorySet(members: readonly number[], path: string): Uint32Array | ReadonlySet<number> {
  let largest = 0;
  for (const member of members) {
    if (!Number.isInteger(member) || member < 0 || member >= MAX_CATEGORY) {
      throw new ModelError('ModelInvalid', `${path}: category ${member} is not a whole number below ${MAX_CATEGORY}`);
    }
    largest = Math.max(largest, member);
  }
  if (largest > MAX_BITSET_CATEGORY) return new Set(members);
  const set = new Uint32Array((largest >>> 5) + 1);
  for (const member of members) set[member >>> 5]! |= 1 << (member & 31);
  return set;
}
