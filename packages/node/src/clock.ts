/** `2026-01-02T03:04:05.123000000Z`: always nine digits, so that stamps of one file sort as text. */
export function rfc3339Nano(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 23)}000000Z`;
}
