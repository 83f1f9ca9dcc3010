import { ModelError } from '../errors.ts';
import type { CategorySplit, Missing, Tree } from '../trees/forest.ts';
import type { Section } from './text.ts';

// Bits of decision_type (include/LightGBM/tree.h).
const CATEGORICAL = 1;
const DEFAULT_LEFT = 2;
const MISSING_TYPES: readonly (Missing | undefined)[] = ['nan-is-zero', 'zero-is-missing', 'value'];

/** One tree of the text format. Splits come first, leaf `i` follows as node `splits + i`; in the file a leaf is `~i`. */
export function readTree(section: Section, group: number): Tree {
  const leaves = section.count('num_leaves');
  if (leaves < 1) throw new ModelError('ModelInvalid', `${section.name}: has no leaves`);
  if (section.count('is_linear', 0) !== 0) {
    throw new ModelError('ModelUnsupported', `${section.name}: linear trees (linear_tree=true) are not supported`);
  }
  const values = section.numbers('leaf_value', leaves);
  const splits = leaves - 1;
  if (splits === 0) return { nodeCount: 1, group, node: () => ({ leaf: values[0]! }) };

  const features = section.numbers('split_feature', splits);
  const thresholds = section.numbers('threshold', splits);
  const decisions = section.numbers('decision_type', splits);
  const lefts = section.numbers('left_child', splits);
  const rights = section.numbers('right_child', splits);
  const categories = readCategories(section);
  const child = (stored: number) => (stored < 0 ? splits + ~stored : stored < splits ? stored : -1);
  return {
    nodeCount: splits + leaves,
    group,
    node(index) {
      if (index >= splits) return { leaf: values[index - splits]! };
      const decision = decisions[index]!;
      const split = { feature: features[index]!, left: child(lefts[index]!), right: child(rights[index]!) };
      if (decision & CATEGORICAL) return { ...split, categories: categoryAt(categories, thresholds[index]!, section) };
      const missing = MISSING_TYPES[(decision >> 2) & 3];
      if (!missing)
        throw new ModelError('ModelInvalid', `${section.name}: decision_type ${decision} of node ${index} is unknown`);
      const defaultLeft = (decision & DEFAULT_LEFT) !== 0;
      return { ...split, threshold: thresholds[index]!, orEqual: true, missing, defaultLeft };
    },
  };
}

/** Listed categories go left; all others, NaN and negative numbers go right (Tree::CategoricalDecision). */
function readCategories(section: Section): CategorySplit[] {
  const count = section.count('num_cat', 0);
  if (count === 0) return [];
  const bounds = section.numbers('cat_boundaries', count + 1);
  const words = section.numbers('cat_threshold', bounds[count]!);
  return Array.from({ length: count }, (_, i) => {
    const start = bounds[i]!;
    const end = bounds[i + 1]!;
    if (!(start >= 0 && end >= start && end <= words.length)) {
      throw new ModelError(
        'ModelInvalid',
        `${section.name}: cat_boundaries ${start} to ${end} lie outside of cat_threshold`,
      );
    }
    return { set: Uint32Array.from(words.subarray(start, end)), memberChild: 0, missingChild: 1, invalidChild: 1 };
  });
}

function categoryAt(categories: readonly CategorySplit[], index: number, section: Section): CategorySplit {
  const found = categories[index];
  if (found) return found;
  throw new ModelError(
    'ModelInvalid',
    `${section.name}: categorical split ${index} does not exist, the tree has ${categories.length}`,
  );
}
