/** What a handler answers; writing it to the socket happens in one place. */
export interface Reply {
  status: number;
  contentType: string;
  body: string | Buffer;
  headers?: Record<string, string>;
}

/** An answer other than success, on purpose. */
export class HttpError extends Error {
  readonly status: number;
  readonly headers: Record<string, string>;

  constructor(status: number, message: string, headers: Record<string, string> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

export function json(status: number, value: unknown): Reply {
  return jsonText(status, JSON.stringify(value));
}

export function jsonText(status: number, body: string): Reply {
  return { status, contentType: 'application/json', body };
}
