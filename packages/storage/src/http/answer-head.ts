/** Heads above this are refused; Node.js's own limit is a quarter of it. */
export const MAX_HEAD_BYTES = 64 * 1024;

export interface AnswerHead {
  status: number;
  headers: Record<string, string>;
  /** Undefined where only a full parser can tell: chunked, without length, or with two of them. */
  bodyBytes: number | undefined;
  keepAlive: boolean;
}

/** The head of an HTTP/1.1 answer (RFC 9112, sections 4 to 6). `undefined` for what it does not understand. */
export function parseAnswerHead(text: string): AnswerHead | undefined {
  const [statusLine, ...lines] = text.split('\r\n');
  const status = /^HTTP\/1\.([01]) (\d{3})(?: |$)/.exec(statusLine!);
  if (!status) return undefined;
  const headers: Record<string, string> = Object.create(null);
  for (const line of lines) {
    const field = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/.exec(line);
    if (!field) return undefined;
    const name = field[1]!.toLowerCase();
    headers[name] = headers[name] === undefined ? field[2]! : `${headers[name]}, ${field[2]}`;
  }
  const length = headers['content-length'];
  const plain = headers['transfer-encoding'] === undefined && length !== undefined && /^\d{1,15}$/.test(length);
  return {
    status: Number(status[2]),
    headers,
    bodyBytes: plain ? Number(length) : undefined,
    keepAlive: status[1] === '1' && !/\bclose\b/i.test(headers['connection'] ?? ''),
  };
}

/** Whether chunks alone say where the body ends; with a length beside them the two may disagree. */
export function isChunked({ headers }: AnswerHead): boolean {
  return headers['transfer-encoding']?.toLowerCase() === 'chunked' && headers['content-length'] === undefined;
}

/** A short body in chunks (RFC 9112, section 7.1); `undefined` while its end is missing or where it is malformed. */
export function joinChunks(data: Buffer): Buffer | undefined {
  const chunks: Buffer[] = [];
  for (let at = 0; ; ) {
    const lineEnd = data.indexOf('\r\n', at);
    const size = lineEnd < 0 ? undefined : /^[0-9a-f]{1,6}(?=$|[ \t;])/i.exec(data.toString('latin1', at, lineEnd));
    if (!size) return undefined;
    const bytes = Number.parseInt(size[0], 16);
    if (bytes === 0) return Buffer.concat(chunks);
    const start = lineEnd + 2;
    if (start + bytes + 2 > data.length) return undefined;
    chunks.push(data.subarray(start, start + bytes));
    at = start + bytes + 2;
  }
}
