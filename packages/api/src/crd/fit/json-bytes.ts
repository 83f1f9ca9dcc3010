const encoder = new TextEncoder();

/** Bytes of a value as compact JSON. */
export function jsonBytes(value: unknown): number {
  return encoder.encode(JSON.stringify(value)).length;
}
