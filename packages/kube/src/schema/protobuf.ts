import type { Json, JsonObject } from '../objects/meta.ts';
import { builtinKind, builtinTable } from './builtin-kinds.ts';
import { ProtobufError, type Reader, readFields, readPacked, type WireValue } from './protobuf-wire.ts';

/** First bytes of every protobuf body of the Kubernetes API. */
const magic = [0x6b, 0x38, 0x73, 0x00];
/** Messages nest at most this deep. */
const maxDepth = 64;

/**
 * The object of a Kubernetes protobuf body (`application/vnd.kubernetes.protobuf`): the envelope `k8s\0`, then `runtime.Unknown` with
 * the message of a built-in kind. Zero values are absent from the answer, as they are from JSON, except in required fields.
 *
 * @throws ProtobufError for anything malformed, and for kinds that are not in the table.
 */
export function decodeKubernetesProtobuf(bytes: Uint8Array): JsonObject {
  if (bytes.length < magic.length || magic.some((byte, i) => bytes[i] !== byte)) {
    throw new ProtobufError('the body does not start with the Kubernetes protobuf magic "k8s\\0"');
  }
  const envelope = readFields(bytes.subarray(magic.length));
  const typeMeta = readFields(lastBytes(envelope, 1));
  const apiVersion = text(lastBytes(typeMeta, 1));
  const kind = text(lastBytes(typeMeta, 2));
  const raw = lastBytes(envelope, 2);
  if (text(lastBytes(envelope, 3)) !== '')
    throw new ProtobufError('the body has a content encoding, which is not supported');
  const slash = apiVersion.indexOf('/');
  const group = slash < 0 ? '' : apiVersion.slice(0, slash);
  const found = builtinKind(group, apiVersion.slice(slash + 1), kind) ?? sharedKind(kind);
  if (found === undefined)
    throw new ProtobufError(`there is no protobuf message for kind "${kind}" of "${apiVersion}"`);
  return { apiVersion, kind, ...decodeMessage(found.definition, raw, 0) };
}

/** Options travel under the group of the resource that they are about. */
function sharedKind(kind: string): { definition: string } | undefined {
  return kind === 'DeleteOptions' ? builtinKind('', 'v1', kind) : undefined;
}

type Field = { name: string; type: string } | { inlined: string };
const plans = new Map<string, Map<number, Field>>();

/** Fields of a message by number. */
function planOf(definition: string): Map<number, Field> {
  const known = plans.get(definition);
  if (known !== undefined) return known;
  const row = builtinTable().definitions[definition];
  const plan = new Map<number, Field>();
  for (const [name, [type, number]] of Object.entries(row?.f ?? {})) if (number > 0) plan.set(number, { name, type });
  for (const [inlined, number] of row?.i ?? []) if (number > 0) plan.set(number, { inlined });
  plans.set(definition, plan);
  return plan;
}

function decodeMessage(definition: string, bytes: Uint8Array, depth: number): JsonObject {
  if (depth > maxDepth) throw new ProtobufError(`messages nest deeper than ${maxDepth} levels`);
  const row = builtinTable().definitions[definition];
  const plan = planOf(definition);
  const object: JsonObject = {};
  for (const [number, values] of readFields(bytes)) {
    const field = plan.get(number);
    if (field === undefined) continue;
    if ('inlined' in field) {
      for (const value of values) Object.assign(object, decodeMessage(field.inlined, bytesOf(value), depth + 1));
      continue;
    }
    const value = decodeField(field.type, values, depth);
    const required = row?.f?.[field.name]?.[2]?.r === 1;
    // Go writes the zero value of every field that is no pointer, and JSON leaves those out.
    if (value !== undefined && (required || !isZero(value, field.type))) object[field.name] = value;
  }
  return object;
}

function isZero(value: Json, type: string): boolean {
  return value === null || (/^[sbilfy]$/.test(type) && (value === '' || value === 0 || value === false));
}

function decodeField(type: string, values: WireValue[], depth: number): Json | undefined {
  if (type.startsWith('[]')) return decodeList(type.slice(2), values, depth);
  if (type.startsWith('{}')) return decodeMap(type.slice(2), values, depth);
  const last = values[values.length - 1];
  if (last === undefined) return undefined;
  return decodeValue(type.startsWith('*') ? type.slice(1) : type, last, depth);
}

function decodeList(type: string, values: WireValue[], depth: number): Json[] {
  const isNumber = type === 'i' || type === 'l' || type === 'b';
  return values.flatMap((value) => {
    const items: WireValue[] = isNumber && typeof value === 'object' ? readPacked(value) : [value];
    return items.map((item) => decodeValue(type, item, depth) ?? null);
  });
}

function decodeMap(type: string, values: WireValue[], depth: number): JsonObject {
  const result: JsonObject = {};
  for (const entry of values) {
    const fields = readFields(bytesOf(entry));
    const value = fields.get(2)?.at(-1);
    const decoded = value === undefined ? emptyValue(type) : decodeValue(type, value, depth);
    const key = text(lastBytes(fields, 1));
    Object.defineProperty(result, key, {
      value: decoded ?? null,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return result;
}

function emptyValue(type: string): Json {
  return type === 's' || type === 'y' || type === 'Q' ? '' : {};
}

function decodeValue(type: string, value: WireValue, depth: number): Json | undefined {
  switch (type) {
    case 's':
      return text(bytesOf(value));
    case 'b':
      return value !== 0n;
    case 'i':
    case 'l':
      return Number(BigInt.asIntN(64, numberOf(value)));
    case 'f':
      return doubleOf(numberOf(value));
    case 'y':
      return base64(bytesOf(value));
    case 'T':
    case 'U':
      return timeOf(readFields(bytesOf(value)), type === 'U');
    case 'D':
      return durationText(Number(BigInt.asIntN(64, lastNumber(readFields(bytesOf(value)), 1))));
    case 'Q':
      return text(lastBytes(readFields(bytesOf(value)), 1));
    case 'X': {
      const fields = readFields(bytesOf(value));
      return lastNumber(fields, 1) === 0n
        ? Number(BigInt.asIntN(32, lastNumber(fields, 2)))
        : text(lastBytes(fields, 3));
    }
    case 'R':
    case 'J':
    case 'F':
      return jsonOf(lastBytes(readFields(bytesOf(value)), 1));
    case 'V':
      throw new ProtobufError('JSON schemas cannot be sent as protobuf here; send JSON');
    default: {
      const list = builtinTable().definitions[type]?.a;
      if (list === undefined) return decodeMessage(type, bytesOf(value), depth + 1);
      return decodeField(list, readFields(bytesOf(value)).get(1) ?? [], depth + 1) ?? [];
    }
  }
}

function jsonOf(bytes: Uint8Array): Json {
  if (bytes.length === 0) return null;
  try {
    return JSON.parse(text(bytes)) as Json;
  } catch (cause) {
    throw new ProtobufError('a raw field does not hold JSON', { cause });
  }
}

/** RFC 3339; whole seconds for Time, microseconds for MicroTime. The zero time is null, as in JSON. */
function timeOf(fields: Reader, micro: boolean): Json {
  if (fields.size === 0) return null;
  const seconds = Number(BigInt.asIntN(64, lastNumber(fields, 1)));
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) throw new ProtobufError(`${seconds} seconds are no time`);
  if (date.getUTCFullYear() <= 1) return null;
  const whole = date.toISOString().slice(0, 19);
  if (!micro) return `${whole}Z`;
  const micros = Math.floor(Number(BigInt.asIntN(32, lastNumber(fields, 2))) / 1000);
  return `${whole}.${String(micros).padStart(6, '0')}Z`;
}

function durationText(nanos: number): string {
  const seconds = nanos / 1e9;
  return seconds === 0 ? '0s' : `${seconds}s`;
}

function doubleOf(bits: bigint): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, BigInt.asUintN(64, bits));
  return view.getFloat64(0);
}

function base64(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function bytesOf(value: WireValue): Uint8Array {
  if (typeof value === 'bigint') throw new ProtobufError('found a number where bytes were expected');
  return value;
}

function numberOf(value: WireValue): bigint {
  if (typeof value !== 'bigint') throw new ProtobufError('found bytes where a number was expected');
  return value;
}

function lastBytes(fields: Reader, number: number): Uint8Array {
  const value = fields.get(number)?.at(-1);
  return value === undefined ? new Uint8Array() : bytesOf(value);
}

function lastNumber(fields: Reader, number: number): bigint {
  const value = fields.get(number)?.at(-1);
  return value === undefined ? 0n : numberOf(value);
}
