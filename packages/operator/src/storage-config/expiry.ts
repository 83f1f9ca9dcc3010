/** How long before its end a certificate is told about. */
const noticeMs = 30 * 86_400_000;
/** Subjects are as long as their authors like. */
const maxSubject = 128;

export type Age = 'fine' | 'endsSoon' | 'ended';

export function ageOf(endMs: number, nowMs: number): Age {
  if (nowMs >= endMs) return 'ended';
  return endMs - nowMs <= noticeMs ? 'endsSoon' : 'fine';
}

/** Until the age of one of them changes; nothing when none does any more. */
export function untilNextAge(ends: readonly number[], nowMs: number): number | undefined {
  const ahead = ends.flatMap((endMs) => [endMs - noticeMs, endMs]).filter((at) => at > nowMs);
  return ahead.length > 0 ? Math.min(...ahead) - nowMs : undefined;
}

export function shortSubject(subject: string): string {
  const line = subject.replaceAll('\n', ', ');
  return line.length > maxSubject ? `${line.slice(0, maxSubject - 1)}…` : line;
}

export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
