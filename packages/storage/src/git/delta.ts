/** What a delta says of itself before its instructions. */
export interface DeltaSizes {
  baseBytes: number;
  resultBytes: number;
}

export type Instruction = { kind: 'copy'; offset: number; length: number } | { kind: 'insert'; bytes: Buffer };

/** A delta that makes no sense. Named by whoever knows the object. */
export class DeltaError extends Error {
  override readonly name = 'DeltaError';
}

/**
 * Reads a delta (gitformat-pack(5), "Deltified representation") out of pieces of any size: first the sizes, then one instruction after the
 * other. Inserted bytes are good until the next instruction.
 * @throws DeltaError
 */
export async function* readDelta(
  pieces: AsyncIterable<Buffer> | Iterable<Buffer>,
): AsyncGenerator<Instruction | ({ kind: 'sizes' } & DeltaSizes)> {
  let held: Buffer = Buffer.alloc(0);
  let sizes: DeltaSizes | undefined;
  for await (const piece of pieces) {
    held = held.length === 0 ? piece : Buffer.concat([held, piece]);
    let at = 0;
    if (!sizes) {
      const parsed = parseDeltaSizes(held);
      if (!parsed) continue;
      sizes = parsed;
      at = parsed.length;
      yield { kind: 'sizes', ...sizes };
    }
    for (;;) {
      const parsed = parseInstruction(held, at);
      if (!parsed) break;
      at = parsed.next;
      yield parsed.instruction;
    }
    held = held.subarray(at);
  }
  if (!sizes || held.length > 0) throw new DeltaError('it ends inside an instruction');
}

/** The same for a delta that is in memory whole. @throws DeltaError */
export function applyDelta(base: Buffer, delta: Buffer, maxResultBytes: number): Buffer {
  const sizes = parseDeltaSizes(delta);
  if (!sizes) throw new DeltaError('it has no sizes');
  checkBase(sizes, base.length);
  if (sizes.resultBytes > maxResultBytes) throw new DeltaError('its result is larger than announced');
  const result = Buffer.allocUnsafe(sizes.resultBytes);
  let written = 0;
  let at = sizes.length;
  while (at < delta.length) {
    const parsed = parseInstruction(delta, at);
    if (!parsed) throw new DeltaError('it ends inside an instruction');
    at = parsed.next;
    const { instruction } = parsed;
    const length = lengthOf(instruction);
    if (written + length > result.length) throw new DeltaError('it makes more bytes than it says');
    if (instruction.kind === 'insert') instruction.bytes.copy(result, written);
    else {
      checkCopy(instruction, base.length);
      base.copy(result, written, instruction.offset, instruction.offset + length);
    }
    written += length;
  }
  if (written !== result.length) throw new DeltaError('it makes fewer bytes than it says');
  return result;
}

export function lengthOf(instruction: Instruction): number {
  return instruction.kind === 'copy' ? instruction.length : instruction.bytes.length;
}

/** @throws DeltaError */
export function checkBase({ baseBytes }: DeltaSizes, actualBytes: number): void {
  if (baseBytes !== actualBytes)
    throw new DeltaError(`it is for a base of ${baseBytes} bytes, which has ${actualBytes}`);
}

/** @throws DeltaError */
export function checkCopy({ offset, length }: { offset: number; length: number }, baseBytes: number): void {
  if (offset + length > baseBytes) throw new DeltaError('it copies from behind the end of its base');
}

/** `undefined` while bytes are missing. @throws DeltaError for a size beyond 2^53 */
export function parseDeltaSizes(bytes: Buffer): (DeltaSizes & { length: number }) | undefined {
  let at = 0;
  const size = (): number | undefined => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at++];
      if (byte === undefined) return undefined;
      value += (byte & 0x7f) * factor;
      if (!Number.isSafeInteger(value)) throw new DeltaError('it has a size that cannot be');
      if ((byte & 0x80) === 0) return value;
    }
  };
  const baseBytes = size();
  const resultBytes = baseBytes === undefined ? undefined : size();
  return baseBytes === undefined || resultBytes === undefined ? undefined : { baseBytes, resultBytes, length: at };
}

function parseInstruction(bytes: Buffer, start: number): { instruction: Instruction; next: number } | undefined {
  const code = bytes[start];
  if (code === undefined) return undefined;
  let at = start + 1;
  if (code === 0) throw new DeltaError('it has an instruction that is reserved');
  if ((code & 0x80) === 0) {
    if (at + code > bytes.length) return undefined;
    return { instruction: { kind: 'insert', bytes: bytes.subarray(at, at + code) }, next: at + code };
  }
  let offset = 0;
  let length = 0;
  for (let bit = 0; bit < 7; bit++) {
    if ((code & (1 << bit)) === 0) continue;
    const byte = bytes[at++];
    if (byte === undefined) return undefined;
    if (bit < 4) offset += byte * 256 ** bit;
    else length += byte * 256 ** (bit - 4);
  }
  return { instruction: { kind: 'copy', offset, length: length || 0x10000 }, next: at };
}
