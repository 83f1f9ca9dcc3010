import { type Datatype, dataFromBuffer, ELEMENT_BYTES, type TensorData } from './datatype.ts';
import { ProtocolError, shown } from './errors.ts';
import type { Tensor } from './tensor.ts';

/**
 * One raw tensor from the start of `bytes`: little-endian, row-major, without padding; each element of BYTES behind its length in
 * four bytes (Open Inference Protocol, "Binary Tensor Data Extension"). Throws `ProtocolError`.
 */
export function decodeBinaryTensor(
  datatype: Datatype,
  count: number,
  size: unknown,
  bytes: Uint8Array,
  where: string,
): TensorData {
  if (!Number.isSafeInteger(size) || (size as number) < 0) {
    throw new ProtocolError(`${where}: "binary_data_size" must be a whole number of bytes, got ${shown(size)}`);
  }
  const sizeBytes = size as number;
  if (sizeBytes > bytes.length) {
    throw new ProtocolError(
      `${where}: "binary_data_size" is ${sizeBytes}, but only ${bytes.length} bytes are left in the body`,
    );
  }
  if (datatype === 'BYTES') return decodeStrings(count, bytes.subarray(0, sizeBytes), where);
  const expected = count * ELEMENT_BYTES[datatype];
  if (sizeBytes !== expected) {
    throw new ProtocolError(
      `${where}: ${count} elements of ${datatype} take ${expected} bytes, "binary_data_size" is ${sizeBytes}`,
    );
  }
  // Copied: the elements may not be aligned inside the body.
  const copy = new ArrayBuffer(sizeBytes);
  const raw = new Uint8Array(copy);
  raw.set(bytes.subarray(0, sizeBytes));
  if (datatype === 'BOOL') for (let i = 0; i < raw.length; i++) raw[i] = raw[i] ? 1 : 0;
  return dataFromBuffer(datatype, copy);
}

function decodeStrings(count: number, bytes: Uint8Array, where: string): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const elements: Uint8Array[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    const start = offset + 4;
    const end = start <= bytes.length ? start + view.getUint32(offset, true) : Number.POSITIVE_INFINITY;
    if (end > bytes.length)
      throw new ProtocolError(`${where}: element ${elements.length} ends beyond the tensor's bytes`);
    elements.push(new Uint8Array(bytes.subarray(start, end)));
    offset = end;
  }
  if (elements.length === count) return elements;
  throw new ProtocolError(`${where}: the shape needs ${count} elements, the bytes hold ${elements.length}`);
}

/** The bytes that {@link decodeBinaryTensor} reads. Fixed-size data is not copied. */
export function encodeBinaryTensor({ datatype, data }: Tensor): Uint8Array {
  if (datatype !== 'BYTES') {
    const { buffer, byteOffset, byteLength } = data as Exclude<TensorData, Uint8Array[]>;
    return new Uint8Array(buffer, byteOffset, byteLength);
  }
  const elements = data as Uint8Array[];
  const out = new Uint8Array(elements.reduce((sum, element) => sum + 4 + element.length, 0));
  const view = new DataView(out.buffer);
  let offset = 0;
  for (const element of elements) {
    view.setUint32(offset, element.length, true);
    out.set(element, offset + 4);
    offset += 4 + element.length;
  }
  return out;
}
