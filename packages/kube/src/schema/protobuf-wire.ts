export class ProtobufError extends Error {
  override readonly name = 'ProtobufError';
}

/** Numbers of any width as unsigned 64 bit, everything else as bytes (shared with the input). */
export type WireValue = bigint | Uint8Array;
/** Values by field number, in the order of the message. */
export type Reader = Map<number, WireValue[]>;

/**
 * The fields of one protobuf message.
 *
 * @throws ProtobufError for a truncated message, field number 0, or a wire type that protobuf 3 does not have.
 */
export function readFields(bytes: Uint8Array): Reader {
  const fields: Reader = new Map();
  let at = 0;
  while (at < bytes.length) {
    const [tag, next] = readVarint(bytes, at);
    const number = Number(tag >> 3n);
    if (number < 1 || number > 0x1fffffff) throw new ProtobufError(`${number} is not a field number`);
    const [value, end] = readValue(bytes, next, Number(tag & 7n));
    const known = fields.get(number);
    if (known) known.push(value);
    else fields.set(number, [value]);
    at = end;
  }
  return fields;
}

function readValue(bytes: Uint8Array, at: number, wireType: number): [WireValue, number] {
  switch (wireType) {
    case 0:
      return readVarint(bytes, at);
    case 1:
      return [readFixed(bytes, at, 8), at + 8];
    case 5:
      return [readFixed(bytes, at, 4), at + 4];
    case 2: {
      const [length, start] = readVarint(bytes, at);
      if (length > BigInt(bytes.length - start)) throw new ProtobufError('the message ends inside a field');
      const end = start + Number(length);
      return [bytes.subarray(start, end), end];
    }
    default:
      throw new ProtobufError(`wire type ${wireType} is not supported`);
  }
}

function readVarint(bytes: Uint8Array, start: number): [bigint, number] {
  let value = 0n;
  for (let i = 0; i < 10; i += 1) {
    const byte = bytes[start + i];
    if (byte === undefined) throw new ProtobufError('the message ends inside a number');
    value |= BigInt(byte & 0x7f) << BigInt(7 * i);
    if (byte < 0x80) return [BigInt.asUintN(64, value), start + i + 1];
  }
  throw new ProtobufError('a number has more than ten bytes');
}

function readFixed(bytes: Uint8Array, at: number, size: 4 | 8): bigint {
  if (at + size > bytes.length) throw new ProtobufError('the message ends inside a number');
  let value = 0n;
  for (let i = size - 1; i >= 0; i -= 1) value = (value << 8n) | BigInt(bytes[at + i] as number);
  return value;
}

/** The numbers of a packed repeated field. */
export function readPacked(bytes: Uint8Array): bigint[] {
  const values: bigint[] = [];
  for (let at = 0; at < bytes.length; ) {
    const [value, next] = readVarint(bytes, at);
    values.push(value);
    at = next;
  }
  return values;
}
