import { createData, type Datatype, type TensorData } from './datatype.ts';
import { ProtocolError, shown } from './errors.ts';
import { halfFromNumber, numberFromHalf } from './half.ts';

export interface ReadOptions {
  /** Takes null as a missing value (NaN) in floating-point data. */
  nullIsMissing?: boolean;
}

type Store = (data: TensorData, index: number, value: unknown) => boolean;

const whole =
  (low: number, high: number): Store =>
  (data, index, value) => {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < low || value > high) return false;
    data[index] = value;
    return true;
  };

const long =
  (low: bigint, high: bigint): Store =>
  (data, index, value) => {
    const exact = longFrom(value);
    if (exact === undefined || exact < low || exact > high) return false;
    data[index] = exact;
    return true;
  };

const floating: Store = (data, index, value) => {
  if (typeof value !== 'number' && typeof value !== 'bigint') return false;
  data[index] = Number(value);
  return true;
};

const utf8 = new TextEncoder();

const STORES: Readonly<Record<Datatype, { expects: string; store: Store }>> = {
  BOOL: {
    expects: 'true or false',
    store: (data, index, value) => {
      if (value !== true && value !== false && value !== 0 && value !== 1) return false;
      data[index] = value ? 1 : 0;
      return true;
    },
  },
  UINT8: { expects: 'a whole number from 0 to 255', store: whole(0, 0xff) },
  UINT16: { expects: 'a whole number from 0 to 65535', store: whole(0, 0xffff) },
  UINT32: { expects: 'a whole number from 0 to 4294967295', store: whole(0, 0xffffffff) },
  UINT64: { expects: 'a whole number from 0 to 2^64-1', store: long(0n, 0xffff_ffff_ffff_ffffn) },
  INT8: { expects: 'a whole number from -128 to 127', store: whole(-0x80, 0x7f) },
  INT16: { expects: 'a whole number from -32768 to 32767', store: whole(-0x8000, 0x7fff) },
  INT32: { expects: 'a whole number from -2147483648 to 2147483647', store: whole(-0x8000_0000, 0x7fff_ffff) },
  INT64: {
    expects: 'a whole number from -2^63 to 2^63-1',
    store: long(-0x8000_0000_0000_0000n, 0x7fff_ffff_ffff_ffffn),
  },
  FP16: {
    expects: 'a number',
    store: (data, index, value) => {
      if (typeof value !== 'number' && typeof value !== 'bigint') return false;
      data[index] = halfFromNumber(Number(value));
      return true;
    },
  },
  FP32: { expects: 'a number', store: floating },
  FP64: { expects: 'a number', store: floating },
  BYTES: {
    expects: 'a string',
    store: (data, index, value) => {
      if (typeof value !== 'string') return false;
      data[index] = utf8.encode(value);
      return true;
    },
  },
};

/**
 * JSON data as elements of a datatype: flat in row-major order, or nested as deep as `shape`.
 *
 * 64-bit integers are taken exactly, as numbers or as strings of decimal digits. `count` is the product of `shape`.
 * Throws `ProtocolError` that names `where`, the element and what was expected.
 */
export function readData(
  datatype: Datatype,
  shape: readonly number[],
  count: number,
  value: unknown,
  where: string,
  options: ReadOptions = {},
): TensorData {
  if (!Array.isArray(value)) throw new ProtocolError(`${where}: "data" must be a list, got ${shown(value)}`);
  const isFlat = shape.length <= 1 || !Array.isArray(value[0]);
  if (isFlat && value.length !== count) throw lengthError(shape, count, value, where);
  // A shape may promise far more than the body holds; a nested list is measured before memory is taken for it.
  if (!isFlat && nestedCount(value) < count) throw lengthError(shape, count, value, where);
  const data = createData(datatype, count);
  if (isFlat) fill(data, 0, datatype, value, where, options, []);
  else fillNested(data, 0, datatype, shape, 0, value, where, options);
  return data;
}

function nestedCount(value: unknown): number {
  if (!Array.isArray(value)) return 1;
  if (!Array.isArray(value[0])) return value.length;
  let count = 0;
  for (const item of value) count += nestedCount(item);
  return count;
}

function lengthError(shape: readonly number[], count: number, value: unknown, where: string): ProtocolError {
  return new ProtocolError(
    `${where}: shape [${shape.join(', ')}] needs ${count} elements, "data" has ${nestedCount(value)}`,
  );
}

function fill(
  data: TensorData,
  at: number,
  type: Datatype,
  values: unknown[],
  where: string,
  options: ReadOptions,
  shape: readonly number[],
): void {
  const { expects, store } = STORES[type];
  const length = values.length;
  for (let i = 0; i < length; i++) {
    const value = values[i];
    if (store(data, at + i, value)) continue;
    if (value === null && options.nullIsMissing && (type === 'FP32' || type === 'FP64')) {
      data[at + i] = Number.NaN;
      continue;
    }
    const orMissing = options.nullIsMissing ? ' or null for a missing value' : '';
    throw new ProtocolError(
      `${where}${position(at + i, shape)}: ${type} expects ${expects}${orMissing}, got ${shown(value)}`,
    );
  }
}

/** Where an element stands: one index in a flat list, one per axis in a nested one. */
function position(index: number, shape: readonly number[]): string {
  let rest = index;
  let text = '';
  for (let axis = shape.length - 1; axis > 0; axis--) {
    text = `[${rest % shape[axis]!}]${text}`;
    rest = Math.floor(rest / shape[axis]!);
  }
  return `[${rest}]${text}`;
}

function fillNested(
  data: TensorData,
  at: number,
  type: Datatype,
  shape: readonly number[],
  axis: number,
  value: unknown,
  where: string,
  options: ReadOptions,
): void {
  const length = shape[axis]!;
  if (!Array.isArray(value) || value.length !== length) {
    throw new ProtocolError(`${where}: expected a list of ${length}, got ${shown(value)}`);
  }
  if (axis === shape.length - 1) {
    fill(data, at, type, value, where, options, shape);
    return;
  }
  let step = 1;
  for (let inner = axis + 1; inner < shape.length; inner++) step *= shape[inner]!;
  for (let i = 0; i < length; i++) {
    fillNested(data, at + i * step, type, shape, axis + 1, value[i], where, options);
  }
}

function longFrom(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : undefined;
  return typeof value === 'string' && /^-?\d{1,20}$/.test(value) ? BigInt(value) : undefined;
}

const text = new TextDecoder();

/**
 * Elements `[start, end)` as a flat JSON list. 64-bit integers are written as exact numbers; NaN and infinities, which JSON lacks,
 * as null; BYTES as UTF-8 strings.
 */
export function writeData(datatype: Datatype, data: TensorData, start = 0, end = data.length): string {
  if (datatype === 'INT64' || datatype === 'UINT64') {
    return `[${(data as BigInt64Array).subarray(start, end).join(',')}]`;
  }
  const part = start === 0 && end === data.length ? data : data.slice(start, end);
  if (datatype === 'BOOL') return JSON.stringify(Array.from(part as Uint8Array, Boolean));
  if (datatype === 'BYTES') return JSON.stringify((part as Uint8Array[]).map((bytes) => text.decode(bytes)));
  return listOfNumbers(datatype === 'FP16' ? Array.from(part as Uint16Array, numberFromHalf) : (part as Float64Array));
}

/** As `JSON.stringify` of an array would; for the few numbers of a usual answer it takes a quarter of the time. */
function listOfNumbers(values: ArrayLike<number>): string {
  let list = '[';
  for (let i = 0; i < values.length; i++) {
    if (i > 0) list += ',';
    list += Number.isFinite(values[i]) ? values[i] : 'null';
  }
  return `${list}]`;
}

/** The whole tensor as nested JSON lists, or one plain value for a scalar. */
export function writeNested(datatype: Datatype, shape: readonly number[], data: TensorData): string {
  if (shape.length === 0) return writeData(datatype, data).slice(1, -1);
  return nest(datatype, shape, data, 0, 0, data.length);
}

function nest(
  type: Datatype,
  shape: readonly number[],
  data: TensorData,
  axis: number,
  start: number,
  end: number,
): string {
  if (axis === shape.length - 1) return writeData(type, data, start, end);
  const length = shape[axis]!;
  const step = length === 0 ? 0 : (end - start) / length;
  const parts: string[] = [];
  for (let i = 0; i < length; i++)
    parts.push(nest(type, shape, data, axis + 1, start + i * step, start + (i + 1) * step));
  return `[${parts.join(',')}]`;
}
