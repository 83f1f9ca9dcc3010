import { ModelError } from '../errors.ts';
import type { Finish } from '../trees/tree-model.ts';

const identity: Finish = { perRow: 'all', apply: () => {} };

const each = (apply: (sum: number) => number): Finish => ({
  perRow: 'all',
  apply(sums) {
    for (let i = 0; i < sums.length; i++) sums[i] = apply(sums[i]!);
  },
});

const softmax: Finish = {
  perRow: 'all',
  apply(sums, outputs) {
    for (let at = 0; at < sums.length; at += outputs) {
      const row = sums.subarray(at, at + outputs);
      const most = row.reduce((a, b) => Math.max(a, b));
      let total = 0;
      for (let i = 0; i < outputs; i++) {
        row[i] = Math.exp(row[i]! - most);
        total += row[i]!;
      }
      for (let i = 0; i < outputs; i++) row[i]! /= total;
    }
  },
};

const sigmoid = (slope: number) => each((sum) => 1 / (1 + Math.exp(-slope * sum)));
const exponential = each(Math.exp);

const UNCHANGED = ['regression_l1', 'huber', 'fair', 'quantile', 'mape', 'lambdarank', 'rank_xendcg', 'custom'];

/**
 * What the `objective=` line does to sums (`ConvertOutput` of src/objective); undefined when the model was trained with a function of its
 * own, whose sums are the predictions. Throws `ModelError` on an unknown one.
 */
export function finishOf(objective: string | undefined): Finish {
  const [name = '', ...parameters] = (objective ?? '').split(' ');
  const slope = Number(parameters.find((word) => word.startsWith('sigmoid:'))?.slice('sigmoid:'.length) ?? 1);
  if (!(slope > 0)) throw new ModelError('ModelInvalid', `objective "${objective}": sigmoid must be a number above 0`);
  switch (name) {
    case '':
      return identity;
    case 'regression':
      return parameters.includes('sqrt') ? each((sum) => Math.sign(sum) * sum * sum) : identity;
    case 'binary':
    case 'multiclassova':
      return sigmoid(slope);
    case 'multiclass':
      return softmax;
    case 'cross_entropy':
      return sigmoid(1);
    case 'cross_entropy_lambda':
      return each((sum) => Math.log1p(Math.exp(sum)));
    case 'poisson':
    case 'gamma':
    case 'tweedie':
      return exponential;
  }
  if (UNCHANGED.includes(name)) return identity;
  const known = [
    'regression',
    'binary',
    'multiclass',
    'multiclassova',
    'cross_entropy',
    'cross_entropy_lambda',
    'poisson',
    'gamma',
    'tweedie',
  ];
  throw new ModelError(
    'ModelUnsupported',
    `objective "${name}" is not supported; supported are ${[...known, ...UNCHANGED].join(', ')}`,
  );
}

/** Divides sums by the number of rounds first (`average_output`, which random forests write). */
export function averaged(rounds: number, finish: Finish): Finish {
  return {
    perRow: finish.perRow,
    apply(sums, outputs) {
      for (let i = 0; i < sums.length; i++) sums[i]! /= rounds;
      finish.apply(sums, outputs);
    },
  };
}
