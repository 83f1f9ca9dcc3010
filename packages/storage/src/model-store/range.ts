/** `[start, end)`, or that no byte of it exists, or `undefined` where the whole is to be sent. */
export type ParsedRange = { start: number; end: number } | 'unsatisfiable' | undefined;

/**
 * One byte range (RFC 9110, section 14.2). Several ranges at once and unknown units are answered with the whole, as a server
 * may.
 */
export function parseRange(header: string | undefined, sizeBytes: number): ParsedRange {
  const match = /^bytes=(\d*)-(\d*)$/i.exec(header?.trim() ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  if (match[1] === '') {
    const length = Math.min(Number(match[2]), sizeBytes);
    return length === 0 ? 'unsatisfiable' : { start: sizeBytes - length, end: sizeBytes };
  }
  const start = Number(match[1]);
  const end = match[2] === '' ? sizeBytes : Math.min(Number(match[2]) + 1, sizeBytes);
  if (match[2] !== '' && Number(match[2]) < start) return undefined;
  return start >= sizeBytes ? 'unsatisfiable' : { start, end };
}
