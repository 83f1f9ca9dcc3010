import type { Datatype, TensorData } from './datatype.ts';
import { ProtocolError, shown } from './errors.ts';

/** Named data: row-major, `data.length` equal to the product of `shape` (1 for a scalar, whose shape is `[]`). */
export interface Tensor {
  name: string;
  datatype: Datatype;
  shape: number[];
  data: TensorData;
}

/** What a model takes or gives. A dimension of -1 takes any length. */
export interface TensorSpec {
  name: string;
  datatype: Datatype;
  shape: number[];
}

const MAX_DIMENSIONS = 32;

/** The number of elements of a shape. Throws `ProtocolError` on anything but a list of whole numbers ≥ 0. */
export function elementCount(shape: unknown, where: string): number {
  if (!Array.isArray(shape) || shape.length > MAX_DIMENSIONS) {
    throw new ProtocolError(
      `${where}: "shape" must be a list of up to ${MAX_DIMENSIONS} whole numbers, got ${shown(shape)}`,
    );
  }
  let count = 1;
  for (const dimension of shape) {
    if (!Number.isSafeInteger(dimension) || dimension < 0) {
      throw new ProtocolError(`${where}: "shape" must hold whole numbers of 0 or more, got ${shown(dimension)}`);
    }
    count *= dimension;
  }
  if (!Number.isSafeInteger(count))
    throw new ProtocolError(`${where}: shape [${shape.join(', ')}] has too many elements`);
  return count;
}

/** Whether `shape` fits `expected`, in which -1 takes any length. */
export function shapeFits(shape: readonly number[], expected: readonly number[]): boolean {
  return shape.length === expected.length && expected.every((length, axis) => length === -1 || length === shape[axis]);
}
