const shape = /^(?:\d{1,5}(?:h|ms|m|s)){1,4}$/;
const part = /(\d{1,5})(h|ms|m|s)/g;
const unitMs: Record<string, number> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/** Milliseconds of a Gateway API duration (GEP-2257): `30s`, `1h30m`, `500ms`. Undefined when it is none. */
export function parseDurationMs(text: string): number | undefined {
  if (!shape.test(text)) return undefined;
  let total = 0;
  for (const [, count = '0', unit = ''] of text.matchAll(part)) total += Number(count) * (unitMs[unit] ?? 0);
  return total;
}
