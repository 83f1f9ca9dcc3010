import type { CategorySplit, Missing } from './forest.ts';

/**
 * The row that trees see: one number per distinct way in which any split looks at a feature.
 *
 * Every split is brought to one form, "second child when slot ≥ threshold", so that a walk needs no branch: a slot may hold the feature
 * itself, its negative (to turn "<" round), a copy with missing values replaced, or, for a categorical split, which child it takes.
 * Slot 0 is always NaN, which is ≥ nothing: leaves test it to stay where they are.
 */
export interface Slot {
  feature: number;
  missing: Missing;
  negated: boolean;
  categories?: CategorySplit;
}

// LightGBM's kZeroThreshold (include/LightGBM/meta.h).
const ZERO = 1e-35;
// The categories beyond 2^24 are not exact in float32; XGBoost calls them invalid (common/categorical.h).
const MAX_CATEGORY = 2 ** 24;

export class SlotTable {
  readonly slots: Slot[] = [];
  readonly #numbers = new Map<string, number>();

  /** The number of the slot for a numeric split, from 1. */
  numeric(feature: number, missing: Missing, negated: boolean): number {
    const key = `${feature} ${missing} ${negated}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.slots.push({ feature, missing, negated });
    this.#numbers.set(key, number);
    return number;
  }

  /** The number of a slot that holds 1 when the split takes its right child, else 0. */
  categorical(feature: number, categories: CategorySplit): number {
    return this.slots.push({ feature, missing: 'value', negated: false, categories });
  }
}

/** Fills `row` (length `slots.length + 1`) from the features at `offset`. */
export function fillRow(row: Float64Array, slots: readonly Slot[], features: ArrayLike<number>, offset: number): void {
  row[0] = Number.NaN;
  for (let i = 0; i < slots.length; i++) {
    const { feature, missing, negated, categories } = slots[i]!;
    let value = features[offset + feature]!;
    if (categories) value = childOf(categories, value);
    else if (missing === 'nan-is-zero') value = Number.isNaN(value) ? 0 : value;
    else if (missing === 'zero-is-missing') value = Math.abs(value) <= ZERO ? Number.NaN : value;
    row[i + 1] = negated ? -value : value;
  }
}

function childOf({ set, memberChild, missingChild, invalidChild }: CategorySplit, value: number): number {
  if (Number.isNaN(value)) return missingChild;
  const category = Math.trunc(value);
  if (value < 0 || category >= MAX_CATEGORY) return invalidChild;
  const isMember =
    set instanceof Uint32Array ? ((set[category >>> 5] ?? 0) >>> (category & 31)) & 1 : set.has(category);
  return isMember ? memberChild : memberChild ^ 1;
}
