import { setImmediate } from 'node:timers/promises';
import { type Datatype, numberFromHalf, ProtocolError, type Tensor } from '@serval/protocol';
import type { Model } from '../model/model.ts';
import type { PackedForest } from './packed.ts';
import { type Batch, createLeafSums, type SumOptions, type SumRows } from './walk.ts';

/** From sums to predictions, in place: `sums` is row-major [rows, outputs]. */
export interface Finish {
  /** `all`: one prediction per output; `one`: one per row, at the start of `sums`. */
  perRow: 'all' | 'one';
  apply(sums: Float64Array, outputs: number): void;
}

export interface TreeModelOptions {
  format: string;
  platform: string;
  /** Precision in which features are compared and predictions given. */
  datatype: 'FP32' | 'FP64';
  featureCount: number;
  columns: readonly string[];
  forest: PackedForest;
  sum: SumOptions;
  finish: Finish;
  /** Gives [rows, outputs] although there is one output. */
  keepOutputAxis: boolean;
}

// KServe's servers name their only tensors so (python/kserve/kserve/utils/utils.py).
const INPUT = 'input-0';
const OUTPUT = 'output-0';

// Steps from node to node before other requests get their turn: about 5 ms.
const TURN_STEPS = 1_500_000;

/**
 * A tree ensemble as a model: one input [rows, features], NaN is missing; one output, [rows, outputs] or [rows].
 * The input's name is not looked at: the files have none, and KServe's servers take any.
 */
export function createTreeModel(options: TreeModelOptions): Model {
  const { datatype, featureCount, forest, sum, finish } = options;
  const outputs = sum.base.length;
  const sumRows = createLeafSums(forest, featureCount, sum);
  // A forest without splits still costs something per tree and row.
  const rowSteps = forest.depths.reduce((total, depth) => total + depth, 0) + forest.depths.length + 1;
  const turnRows = 4 * Math.ceil(TURN_STEPS / rowSteps / 4);
  const isMatrix = finish.perRow === 'all' && (outputs > 1 || options.keepOutputAxis);
  return {
    format: options.format,
    platform: options.platform,
    inputs: [{ name: INPUT, datatype, shape: [-1, featureCount] }],
    outputs: [{ name: OUTPUT, datatype, shape: isMatrix ? [-1, outputs] : [-1] }],
    columns: options.columns,
    nullIsMissing: true,
    async predict(inputs, _outputs, signal) {
      const { rows, features } = featureMatrix(inputs, featureCount, datatype);
      const sums = new Float64Array(rows * outputs);
      if (rows <= turnRows) sumRows({ features, sums }, 0, rows);
      else await inTurns(sumRows, { features, sums }, rows, turnRows, signal);
      finish.apply(sums, outputs);
      const predictions = finish.perRow === 'one' ? sums.subarray(0, rows) : sums;
      const data = datatype === 'FP32' ? Float32Array.from(predictions) : predictions;
      return [{ name: OUTPUT, datatype, shape: isMatrix ? [rows, outputs] : [rows], data }];
    },
    async close() {},
  };
}

/** A large batch does not hold up other requests; it ends early when nobody wants it any more. */
async function inTurns(
  sumRows: SumRows,
  batch: Batch,
  rows: number,
  turnRows: number,
  signal: AbortSignal,
): Promise<void> {
  for (let first = 0; first < rows; first += turnRows) {
    if (first > 0) await setImmediate();
    signal.throwIfAborted();
    sumRows(batch, first, Math.min(rows, first + turnRows));
  }
}

function featureMatrix(inputs: readonly Tensor[], featureCount: number, datatype: 'FP32' | 'FP64') {
  const [input] = inputs;
  if (!input || inputs.length > 1) {
    throw new ProtocolError(
      `the model takes one input tensor of shape [rows, ${featureCount}], got ${inputs.length} tensors`,
    );
  }
  const [rows, columns] = input.shape;
  if (input.shape.length !== 2 || rows === undefined || columns !== featureCount) {
    throw new ProtocolError(
      `input ${JSON.stringify(input.name)}: expected shape [rows, ${featureCount}], got [${input.shape.join(', ')}]`,
    );
  }
  return { rows, features: numbersOf(input, datatype) };
}

/** The elements as numbers in the model's precision. */
function numbersOf({ name, datatype, data }: Tensor, precision: Datatype): ArrayLike<number> {
  if (datatype === precision) return data as Float32Array | Float64Array;
  if (datatype === 'BYTES') {
    throw new ProtocolError(
      `input ${JSON.stringify(name)}: expected datatype ${precision} or another number, got BYTES`,
    );
  }
  const toNumber = datatype === 'FP16' ? numberFromHalf : Number;
  const source = data as ArrayLike<number | bigint>;
  const target = precision === 'FP32' ? new Float32Array(source.length) : new Float64Array(source.length);
  for (let i = 0; i < source.length; i++) target[i] = toNumber(source[i] as number);
  return target;
}
