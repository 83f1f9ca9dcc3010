/**
 * The inner loop of a reflected CRC of up to 64 bits, as WebAssembly: JavaScript has no 64-bit integers that are fast, and its
 * loop takes five times as long. The module is put together here, so that nobody has to trust bytes that cannot be read.
 *
 * Memory: 16 tables of 256 words of 64 bits, then the data. Exports `memory` and
 * `update(state: i64, at: i32, end: i32): i64`, which takes the bytes `[at, end)` of the memory into the state.
 */
export const TABLES = 16;
const TABLE_BYTES = 256 * 8;
export const DATA_OFFSET = TABLES * TABLE_BYTES;

/** Most data of one call: what the processor's second cache holds. */
export const DATA_BYTES = 256 * 1024;

export interface CrcKernel {
  memory: Uint8Array;
  update(state: bigint, at: number, end: number): bigint;
}

/** As much of the global object as is used; its types come with those of browsers only. */
interface Engine {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { exports: { memory: { buffer: ArrayBuffer }; update: CrcKernel['update'] } };
}

/** A kernel with memory of its own; `tables` are its tables one after the other. */
export function createCrcKernel(tables: BigUint64Array): CrcKernel {
  const { WebAssembly } = globalThis as unknown as { WebAssembly: Engine };
  const { memory, update } = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes())).exports;
  new BigUint64Array(memory.buffer, 0, tables.length).set(tables);
  return { memory: new Uint8Array(memory.buffer), update };
}

const PAGE_BYTES = 65_536;
const PAGES = Math.ceil((DATA_OFFSET + DATA_BYTES) / PAGE_BYTES);

const [I32, I64] = [0x7f, 0x7e];
const OP = {
  block: [0x02, 0x40],
  loop: [0x03, 0x40],
  end: [0x0b],
  branch: [0x0c],
  branchIf: [0x0d],
  get: [0x20],
  set: [0x21],
  tee: [0x22],
  load64: [0x29, 3],
  load8: [0x31, 0],
  const32: [0x41],
  const64: [0x42],
  greater32: [0x4b],
  same32: [0x46],
  add32: [0x6a],
  and32: [0x71],
  shiftLeft32: [0x74],
  xor64: [0x85],
  shiftRight64: [0x88],
  wrap: [0xa7],
} as const satisfies Record<string, readonly number[]>;

/** Locals of `update`: its three parameters, and the two words of one round. */
const [STATE, AT, END, FIRST, SECOND] = [0, 1, 2, 3, 4];

function moduleBytes(): Uint8Array {
  const body = [1, 2, I64, ...rounds(), ...rest(), ...OP.get, STATE!, ...OP.end]; // two more locals of 64 bits
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 3, I64, I32, I32, 1, I64]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, ...unsigned(PAGES)]),
    ...section(7, [2, ...name('memory'), 2, 0, ...name('update'), 0, 0]),
    ...section(10, [1, ...unsigned(body.length), ...body]),
  ]);
}

/** While 16 bytes are left: one look-up for each, all at once. */
function rounds(): number[] {
  const lookUps = Array.from({ length: TABLES }, (_, index) => [
    ...OP.get,
    index < 8 ? FIRST! : SECOND!,
    ...constant64((index % 8) * 8),
    ...OP.shiftRight64,
    ...tableEntry(TABLES - 1 - index),
    ...(index > 0 ? OP.xor64 : []),
  ]).flat();
  return [
    ...OP.block,
    ...OP.loop,
    ...[...OP.get, AT!, ...constant32(16), ...OP.add32, ...OP.get, END!, ...OP.greater32, ...OP.branchIf, 1],
    ...[...OP.get, AT!, ...OP.load64, 0, ...OP.get, STATE!, ...OP.xor64, ...OP.set, FIRST!],
    ...[...OP.get, AT!, ...OP.load64, 8, ...OP.set, SECOND!],
    ...[...lookUps, ...OP.set, STATE!],
    ...[...OP.get, AT!, ...constant32(16), ...OP.add32, ...OP.set, AT!, ...OP.branch, 0],
    ...[...OP.end, ...OP.end],
  ];
}

/** The last bytes, one by one. */
function rest(): number[] {
  return [
    ...OP.block,
    ...OP.loop,
    ...[...OP.get, AT!, ...OP.get, END!, ...OP.same32, ...OP.branchIf, 1],
    ...[...OP.get, STATE!, ...OP.get, AT!, ...OP.load8, 0, ...OP.xor64, ...tableEntry(0)],
    ...[...OP.get, STATE!, ...constant64(8), ...OP.shiftRight64, ...OP.xor64, ...OP.set, STATE!],
    ...[...OP.get, AT!, ...constant32(1), ...OP.add32, ...OP.set, AT!, ...OP.branch, 0],
    ...[...OP.end, ...OP.end],
  ];
}

/** Replaces a word by the entry of a table for its last byte. */
function tableEntry(table: number): number[] {
  const offset = unsigned(table * TABLE_BYTES);
  return [...OP.wrap, ...constant32(255), ...OP.and32, ...constant32(3), ...OP.shiftLeft32, ...OP.load64, ...offset];
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...unsigned(content.length), ...content];
}

function name(text: string): number[] {
  return [text.length, ...Buffer.from(text)];
}

function constant32(value: number): number[] {
  return [...OP.const32, ...signed(value)];
}

function constant64(value: number): number[] {
  return [...OP.const64, ...signed(value)];
}

/** LEB128. */
function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)];
}

/** LEB128 of a number that is not negative: the sixth bit of the last byte is the sign. */
function signed(value: number): number[] {
  return value < 64 ? [value] : [(value & 127) | 128, ...signed(value >>> 7)];
}
