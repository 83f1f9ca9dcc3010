import { ModelError } from '../errors.ts';
import type { Finish } from '../trees/tree-model.ts';

const f = Math.fround;

interface Objective {
  /** From `base_score`, which is in the scale of predictions, to the scale of sums (ObjFunction::ProbToMargin). */
  toMargin(base: number): number;
  finish: Finish;
}

const identity: Finish = { perRow: 'all', apply: () => {} };

const each = (apply: (sum: number) => number): Finish => ({
  perRow: 'all',
  apply(sums) {
    for (let i = 0; i < sums.length; i++) sums[i] = apply(sums[i]!);
  },
});

// common::Sigmoid of src/common/math.h, in float32 as there.
const sigmoid = (sum: number) => f(1 / f(f(Math.exp(Math.min(-sum, 88.7))) + 1));
const logit = (base: number) => f(-f(Math.log(f(f(1 / base) - 1))));
const log = (base: number) => f(Math.log(base));
const same = (base: number) => base;

const softmax: Finish = {
  perRow: 'all',
  apply(sums, outputs) {
    for (let at = 0; at < sums.length; at += outputs) {
      let most = sums[at]!;
      for (let i = 1; i < outputs; i++) most = Math.max(most, sums[at + i]!);
      let total = 0;
      for (let i = 0; i < outputs; i++) {
        sums[at + i] = f(Math.exp(f(sums[at + i]! - most)));
        total += sums[at + i]!;
      }
      for (let i = 0; i < outputs; i++) sums[at + i] = f(sums[at + i]! / f(total));
    }
  },
};

/** The number of the greatest output, the first of equal ones. */
const largest: Finish = {
  perRow: 'one',
  apply(sums, outputs) {
    for (let row = 0; row * outputs < sums.length; row++) {
      let best = 0;
      for (let i = 1; i < outputs; i++) if (sums[row * outputs + i]! > sums[row * outputs + best]!) best = i;
      sums[row] = best;
    }
  },
};

const raw: Objective = { toMargin: same, finish: identity };
const logistic: Objective = { toMargin: logit, finish: each(sigmoid) };
const exponential: Objective = { toMargin: log, finish: each((sum) => f(Math.exp(sum))) };

const OBJECTIVES: Readonly<Record<string, Objective>> = {
  'reg:squarederror': raw,
  'reg:linear': raw,
  'reg:squaredlogerror': raw,
  'reg:pseudohubererror': raw,
  'reg:absoluteerror': raw,
  'reg:quantileerror': raw,
  'reg:logistic': logistic,
  'reg:gamma': exponential,
  'reg:tweedie': exponential,
  'count:poisson': exponential,
  'survival:cox': exponential,
  'survival:aft': exponential,
  'binary:logistic': logistic,
  'binary:logitraw': raw,
  'binary:hinge': { toMargin: same, finish: each((sum) => (sum > 0 ? 1 : 0)) },
  'multi:softprob': { toMargin: same, finish: softmax },
  'multi:softmax': { toMargin: same, finish: largest },
  'rank:pairwise': raw,
  'rank:ndcg': raw,
  'rank:map': raw,
};

/** Throws `ModelError` on an objective that is not in the table. */
export function objectiveNamed(name: string): Objective {
  const objective = Object.hasOwn(OBJECTIVES, name) ? OBJECTIVES[name] : undefined;
  if (objective) return objective;
  const known = Object.keys(OBJECTIVES).join(', ');
  throw new ModelError('ModelUnsupported', `objective "${name}" is not supported; supported are ${known}`);
}
