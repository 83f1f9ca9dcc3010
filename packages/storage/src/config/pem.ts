/** Most characters of one PEM text: no Secret or ConfigMap holds more, and all public authorities together are a fifth of it. */
export const MAX_PEM_LENGTH = 1024 * 1024;

/** One block of a PEM text (RFC 7468); `body` is `undefined` where it ends before its END line. */
export interface PemBlock {
  label: string;
  body: string | undefined;
}

/** Whether a text is meant as PEM, also a damaged one. */
export function looksLikePem(text: string): boolean {
  return /-----\s*(BEGIN|END) /.test(text);
}

/** Whether a text is PEM, or one certificate, once more in base64, as values under `data` of a Secret are. */
export function looksLikeEncodedPem(text: string): boolean {
  const head = text.replace(/\s/g, '').slice(0, 4096);
  if (head.length < 16 || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(head)) return false;
  const bytes = Buffer.from(head, 'base64');
  // A certificate is a long SEQUENCE of a long SEQUENCE.
  return (
    bytes.includes('-----BEGIN ') ||
    (bytes.length > 64 && bytes.readUInt16BE(0) === 0x3082 && bytes.readUInt16BE(4) === 0x3082)
  );
}

/** Blocks in their order; text between them, as tools that print certificates leave it, is passed over. */
export function pemBlocks(text: string): PemBlock[] {
  const marks = [...text.matchAll(/-----(BEGIN|END) ([A-Z0-9 ]{0,64})-----/g)];
  const blocks: PemBlock[] = [];
  for (const [index, mark] of marks.entries()) {
    const [line, kind, label] = mark as unknown as [string, string, string];
    if (kind !== 'BEGIN') continue;
    const end = marks[index + 1];
    const whole = end?.[1] === 'END' && end[2] === label;
    blocks.push({ label, body: whole ? text.slice(mark.index + line.length, end.index) : undefined });
  }
  return blocks;
}
