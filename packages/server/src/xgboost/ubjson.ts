/**
 * Universal Binary JSON, draft 12, as XGBoost writes it (src/common/json.cc): big-endian numbers, containers with a count (`#`) and
 * with a count and a type (`$`). Typed containers of numbers become typed arrays.
 */

/** What is wrong, and at which byte. */
class UbjsonError extends Error {
  constructor(message: string, offset: number) {
    super(`${message} at byte ${offset}`);
    this.name = 'UbjsonError';
  }
}

const MAX_DEPTH = 64;
const TEXT = new TextDecoder('utf-8', { fatal: true });

/** Throws {@link UbjsonError}; memory taken is bounded by the size of the input. */
export function parseUbjson(bytes: Uint8Array): unknown {
  const reader = new Reader(bytes);
  const value = reader.value(reader.marker(), 0);
  if (reader.offset !== bytes.length) throw new UbjsonError('data after the end of the document', reader.offset);
  return value;
}

class Reader {
  offset = 0;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  marker(): string {
    return String.fromCharCode(this.#view.getUint8(this.#take(1)));
  }

  value(marker: string, depth: number): unknown {
    if (depth > MAX_DEPTH) throw new UbjsonError(`nested deeper than ${MAX_DEPTH} levels`, this.offset);
    switch (marker) {
      case 'Z':
        return null;
      case 'T':
        return true;
      case 'F':
        return false;
      case 'C':
        return this.marker();
      case 'S':
        return this.#string();
      case '[':
        return this.#array(depth + 1);
      case '{':
        return this.#object(depth + 1);
      default:
        return this.#number(marker);
    }
  }

  #number(marker: string): number {
    const at = this.offset;
    switch (marker) {
      case 'i':
        return this.#view.getInt8(this.#take(1));
      case 'U':
        return this.#view.getUint8(this.#take(1));
      case 'I':
        return this.#view.getInt16(this.#take(2));
      case 'l':
        return this.#view.getInt32(this.#take(4));
      case 'L': {
        const value = Number(this.#view.getBigInt64(this.#take(8)));
        if (!Number.isSafeInteger(value)) throw new UbjsonError(`integer ${value} is too large`, at);
        return value;
      }
      case 'd':
        return this.#view.getFloat32(this.#take(4));
      case 'D':
        return this.#view.getFloat64(this.#take(8));
      default:
        throw new UbjsonError(`unknown type ${JSON.stringify(marker)}`, at - 1);
    }
  }

  #string(): string {
    const length = this.#count();
    const start = this.#take(length);
    try {
      return TEXT.decode(this.#bytes.subarray(start, start + length));
    } catch {
      throw new UbjsonError('string that is not UTF-8', start);
    }
  }

  #array(depth: number): unknown {
    const { type, count } = this.#header();
    if (type !== undefined && count !== undefined) return this.#typed(type, count);
    const items: unknown[] = [];
    if (count !== undefined) {
      for (let i = 0; i < count; i++) items.push(this.value(this.marker(), depth));
      return items;
    }
    for (let marker = this.marker(); marker !== ']'; marker = this.marker()) items.push(this.value(marker, depth));
    return items;
  }

  #object(depth: number): Record<string, unknown> {
    const { type, count } = this.#header();
    const entries: [string, unknown][] = [];
    if (count === undefined) {
      while (this.#peek() !== '}') entries.push([this.#string(), this.value(type ?? this.marker(), depth)]);
      this.#take(1);
    } else {
      for (let i = 0; i < count; i++) entries.push([this.#string(), this.value(type ?? this.marker(), depth)]);
    }
    return Object.fromEntries(entries);
  }

  /** The optional `$type` and `#count` of a container. */
  #header(): { type?: string; count?: number } {
    let type: string | undefined;
    if (this.#peek() === '$') {
      this.#take(1);
      type = this.marker();
      if (this.#peek() !== '#') throw new UbjsonError('typed container without a count', this.offset);
    }
    if (this.#peek() !== '#') return {};
    this.#take(1);
    return { type, count: this.#count() };
  }

  #typed(type: string, count: number): ArrayLike<number> {
    const view = this.#view;
    const sizeBytes = { i: 1, U: 1, I: 2, l: 4, L: 8, d: 4, D: 8 }[type];
    if (!sizeBytes) throw new UbjsonError(`typed array of ${JSON.stringify(type)}, which is no number`, this.offset);
    let at = this.#take(count * sizeBytes);
    if (type === 'U') return this.#bytes.slice(at, at + count);
    const out = type === 'd' ? new Float32Array(count) : type === 'l' ? new Int32Array(count) : new Float64Array(count);
    if (type === 'd') for (let i = 0; i < count; i++, at += 4) out[i] = view.getFloat32(at);
    else if (type === 'l') for (let i = 0; i < count; i++, at += 4) out[i] = view.getInt32(at);
    else {
      const end = this.offset;
      this.offset = at;
      for (let i = 0; i < count; i++) out[i] = this.#number(type);
      this.offset = end;
    }
    return out;
  }

  #count(): number {
    const at = this.offset;
    const count = this.#number(this.marker());
    if (!Number.isInteger(count) || count < 0) throw new UbjsonError(`length ${count}`, at);
    return count;
  }

  #peek(): string {
    const marker = this.marker();
    this.offset--;
    return marker;
  }

  #take(sizeBytes: number): number {
    const start = this.offset;
    if (sizeBytes > this.#bytes.length - start) throw new UbjsonError(`ends early: ${sizeBytes} bytes expected`, start);
    this.offset += sizeBytes;
    return start;
  }
}
