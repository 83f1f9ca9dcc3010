/** Bytes of a value as compact JSON in UTF-8. */
export function jsonBytes(value: unknown): number {
  const text = JSON.stringify(value);
  let bytes = text.length;
  for (const [character] of text.matchAll(/[^\0-\x7f]/g)) {
    const code = character.charCodeAt(0);
    // Both halves of a pair of surrogates make four bytes together.
    const isHalf = code >= 0xd800 && code <= 0xdfff;
    bytes += code < 0x800 || isHalf ? 1 : 2;
  }
  return bytes;
}
