/**
 * Tensor datatypes of the Open Inference Protocol ("Tensor Data Types") and the arrays that hold them.
 *
 * BOOL is one byte per element, 0 or 1. FP16 is held as its 16 bits, because the language's own half-precision array is not in
 * every runtime yet. BYTES is one `Uint8Array` per element.
 */
export const DATATYPES = [
  'BOOL',
  'UINT8',
  'UINT16',
  'UINT32',
  'UINT64',
  'INT8',
  'INT16',
  'INT32',
  'INT64',
  'FP16',
  'FP32',
  'FP64',
  'BYTES',
] as const;

export type Datatype = (typeof DATATYPES)[number];

export type NumericArray =
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Float32Array
  | Float64Array;
export type TensorData = NumericArray | BigUint64Array | BigInt64Array | Uint8Array[];

/** Bytes of one element; 0 for BYTES, whose elements carry their own length. */
export const ELEMENT_BYTES: Readonly<Record<Datatype, number>> = {
  BOOL: 1,
  UINT8: 1,
  UINT16: 2,
  UINT32: 4,
  UINT64: 8,
  INT8: 1,
  INT16: 2,
  INT32: 4,
  INT64: 8,
  FP16: 2,
  FP32: 4,
  FP64: 8,
  BYTES: 0,
};

const NAMES: ReadonlySet<unknown> = new Set(DATATYPES);

export function isDatatype(value: unknown): value is Datatype {
  return NAMES.has(value);
}

/** An array of `length` zeros (BYTES: empty strings of bytes). */
export function createData(datatype: Datatype, length: number): TensorData {
  if (datatype === 'BYTES') return Array.from({ length }, () => new Uint8Array(0));
  return dataFromBuffer(datatype, new ArrayBuffer(length * ELEMENT_BYTES[datatype]));
}

/** The whole buffer seen as elements of a fixed-size datatype; little-endian, as every supported processor is. */
export function dataFromBuffer(datatype: Exclude<Datatype, 'BYTES'>, buffer: ArrayBuffer): TensorData {
  switch (datatype) {
    case 'BOOL':
    case 'UINT8':
      return new Uint8Array(buffer);
    case 'UINT16':
    case 'FP16':
      return new Uint16Array(buffer);
    case 'UINT32':
      return new Uint32Array(buffer);
    case 'UINT64':
      return new BigUint64Array(buffer);
    case 'INT8':
      return new Int8Array(buffer);
    case 'INT16':
      return new Int16Array(buffer);
    case 'INT32':
      return new Int32Array(buffer);
    case 'INT64':
      return new BigInt64Array(buffer);
    case 'FP32':
      return new Float32Array(buffer);
    case 'FP64':
      return new Float64Array(buffer);
  }
}
