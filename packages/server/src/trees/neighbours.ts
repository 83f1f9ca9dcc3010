const scratch = new DataView(new ArrayBuffer(8));

/** The smallest double above `value`; infinity and NaN stay. */
export function above64(value: number): number {
  if (Number.isNaN(value) || value === Number.POSITIVE_INFINITY) return value;
  if (value === 0) return Number.MIN_VALUE;
  scratch.setFloat64(0, value);
  scratch.setBigInt64(0, scratch.getBigInt64(0) + (value > 0 ? 1n : -1n));
  return scratch.getFloat64(0);
}

/** The largest double below `value`. */
export function below64(value: number): number {
  return -above64(-value);
}

/** The smallest float32 above `value`, itself a float32. */
export function above32(value: number): number {
  if (Number.isNaN(value) || value === Number.POSITIVE_INFINITY) return value;
  if (value === 0) return 2 ** -149;
  scratch.setFloat32(0, value);
  scratch.setInt32(0, scratch.getInt32(0) + (value > 0 ? 1 : -1));
  return scratch.getFloat32(0);
}

/** The largest float32 below `value`, itself a float32. */
export function below32(value: number): number {
  return -above32(-value);
}
