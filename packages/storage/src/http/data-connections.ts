import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import type { SecureContext } from 'node:tls';
import { isChunked, joinChunks, MAX_HEAD_BYTES, parseAnswerHead } from './answer-head.ts';
import type { HttpRequest, HttpResponse } from './connections.ts';
import { LentBody, PIECE_BYTES } from './lent-body.ts';

const CONNECT_TIMEOUT_MS = 10_000;

/** HTTP/1.1 connections for model data: what is read goes from the kernel into two buffers per connection and from there to disk. */
export interface DataConnections {
  /** `undefined` where the answer needs a full parser: ask again in the usual way. Rejects with errors of sockets and TLS. */
  get(request: HttpRequest, context: SecureContext | undefined): Promise<HttpResponse | undefined>;
  close(): void;
}

export function createDataConnections(stallTimeoutMs: number): DataConnections {
  const idle = new Map<string, Connection[]>();
  const all = new Set<Connection>();

  async function open(
    url: URL,
    request: HttpRequest,
    context: SecureContext | undefined,
    key: string,
  ): Promise<Connection> {
    const connection = await Connection.open(url, request.verifyTls ?? true, context, stallTimeoutMs, request.signal);
    all.add(connection);
    connection.onIdle = () => {
      const waiting = idle.get(key) ?? [];
      waiting.push(connection);
      idle.set(key, waiting);
    };
    connection.onClose = () => {
      all.delete(connection);
      idle.set(key, idle.get(key)?.filter((other) => other !== connection) ?? []);
    };
    return connection;
  }

  return {
    async get(request, context) {
      const { url, verifyTls } = request;
      const key = `${url.origin} ${verifyTls} ${request.ca ?? ''}`;
      const kept = idle.get(key)?.pop();
      if (kept) {
        const answer = await kept.get(request).catch((error) => {
          // The server may have closed it just then; nothing was answered, so it is asked over another.
          if (kept.answered || request.signal.aborted || !/^(ECONNRESET|EPIPE)$/.test(error.code)) throw error;
          return 'closed' as const;
        });
        if (answer !== 'closed') return answer;
      }
      return (await open(url, request, context, key)).get(request);
    },
    close() {
      for (const connection of all) connection.destroy(new Error('the download has ended'));
    },
  };
}

/** One socket and its two buffers. One request at a time. */
class Connection {
  onIdle = () => {};
  onClose = () => {};
  /** Whether anything came for the running request. */
  answered = false;
  #socket!: Socket;
  #buffers = [Buffer.alloc(0), Buffer.alloc(0)];
  #current = 0;
  /** Of the current buffer: what is read but not handed in yet. */
  #start = 0;
  #end = 0;
  #paused = false;
  #answer: ((response: HttpResponse | undefined) => void) | undefined;
  #failHead: ((error: Error) => void) | undefined;
  #body: LentBody | undefined;
  #left = 0;
  #keepAlive = false;
  #failure: Error | undefined;
  #stopListening = () => {};

  static async open(
    url: URL,
    verifyTls: boolean,
    context: SecureContext | undefined,
    stallTimeoutMs: number,
    signal: AbortSignal,
  ): Promise<Connection> {
    const connection = new Connection();
    connection.#buffers = [Buffer.allocUnsafeSlow(PIECE_BYTES), Buffer.allocUnsafeSlow(PIECE_BYTES)];
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
    const secure = url.protocol === 'https:';
    const { connect, isIP } = await import('node:net');
    const options = {
      host,
      port: Number(url.port) || (secure ? 443 : 80),
      noDelay: true,
      onread: { buffer: () => connection.#room(), callback: (bytes: number) => connection.#read(bytes) },
    };
    const socket = secure
      ? (await import('node:tls')).connect({
          ...options,
          servername: isIP(host) ? '' : host,
          ALPNProtocols: ['http/1.1'],
          rejectUnauthorized: verifyTls,
          ...(context ? { secureContext: context } : {}),
        })
      : connect(options);
    connection.#socket = socket;
    try {
      await new Promise<void>((resolve, reject) => {
        const abort = () => reject(signal.reason);
        signal.addEventListener('abort', abort, { once: true });
        const timer = setTimeout(() => reject(timedOut('no connection')), CONNECT_TIMEOUT_MS);
        const settled = () => {
          clearTimeout(timer);
          signal.removeEventListener('abort', abort);
        };
        socket.once(secure ? 'secureConnect' : 'connect', () => resolve(settled()));
        socket.on('error', (error) => {
          settled();
          reject(error);
          connection.destroy(error);
        });
      });
    } catch (error) {
      connection.destroy(error as Error);
      throw error;
    }
    socket.setTimeout(stallTimeoutMs, () => {
      // A slow disk is no silence of the server.
      if (connection.#paused) socket.setTimeout(stallTimeoutMs);
      else connection.destroy(timedOut('silence'));
    });
    socket.on('close', () => {
      connection.onClose();
      connection.destroy(Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' }));
    });
    return connection;
  }

  /** Rejects when nothing understandable is answered. */
  async get({ url, headers, signal }: HttpRequest): Promise<HttpResponse | undefined> {
    this.answered = false;
    const abort = () => this.destroy(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
    signal.addEventListener('abort', abort, { once: true });
    this.#stopListening = () => signal.removeEventListener('abort', abort);
    if (signal.aborted) abort();
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${checkedField(value)}\r\n`);
    const hasHost = Object.keys(headers).some((name) => name.toLowerCase() === 'host');
    const host = hasHost ? '' : `host: ${url.host}\r\n`;
    return new Promise((resolve, reject) => {
      this.#answer = resolve;
      this.#failHead = reject;
      if (this.#failure) reject(this.#failure);
      else this.#socket.write(`GET ${url.pathname}${url.search} HTTP/1.1\r\n${host}${lines.join('')}\r\n`, 'latin1');
    });
  }

  destroy(error: Error): void {
    if (this.#failure) return;
    this.#failure = error;
    this.#stopListening();
    this.#socket.destroy();
    this.#failHead?.(error);
    this.#failHead = undefined;
    this.#failBody(error);
  }

  /** What came before a failure is good, and is read first. */
  #failBody(error: Error): void {
    if (!this.#body?.hasRoom) return; // `resume` comes
    this.#handIn();
    this.#body?.fail(error);
  }

  /** Where the kernel writes next. */
  #room(): Buffer {
    // Nothing is written while reading is paused; when it goes on, the other buffer has been read.
    if (this.#paused) return this.#buffers[1 - this.#current]!;
    return this.#buffers[this.#current]!.subarray(this.#end);
  }

  /** False pauses reading. */
  #read(bytes: number): boolean {
    if (this.#paused) {
      this.destroy(new Error('data came while reading was paused')); // never into a buffer that is in use
      return false;
    }
    this.#end += bytes;
    this.answered = true;
    if (this.#failHead && !this.#readHead()) return true;
    if (!this.#body) {
      this.destroy(new Error('data that nobody asked for'));
      return false;
    }
    return this.#readBody();
  }

  /** False while it is not whole. */
  #readHead(): boolean {
    const buffer = this.#buffers[this.#current]!;
    for (;;) {
      const length = buffer.subarray(this.#start, this.#end).indexOf('\r\n\r\n');
      if (length < 0 && this.#end - this.#start <= MAX_HEAD_BYTES) return false;
      const text = length < 0 ? '' : buffer.toString('latin1', this.#start, this.#start + length);
      if (/^HTTP\/1\.1 1\d\d[ \r]/.test(text)) {
        this.#start += length + 4; // an interim answer
        continue;
      }
      const head = parseAnswerHead(text);
      const resolve = this.#answer!;
      if (head && (isChunked(head) || (head.bodyBytes === undefined && head.status >= 300))) {
        // A listing or an error that fits, to save the second request; of an error nothing rather than that.
        const rest = buffer.subarray(this.#start + length + 4, this.#end);
        const content = isChunked(head) ? joinChunks(rest) : Buffer.alloc(0);
        if (content === undefined && this.#end < PIECE_BYTES) return false;
        this.#failHead = undefined;
        const body = Readable.from(content?.length ? [content] : []);
        const told = content !== undefined || head.status >= 300;
        resolve(told ? { status: head.status, headers: head.headers, body } : undefined);
        this.destroy(new Error('an answer that is no data'));
        return false;
      }
      this.#failHead = undefined;
      if (head?.bodyBytes === undefined || head.status === 204 || head.status === 304) {
        resolve(undefined);
        this.destroy(new Error('an answer for a full parser'));
        return false;
      }
      this.#start += length + 4;
      this.#left = head.bodyBytes;
      this.#keepAlive = head.keepAlive;
      this.#body = new LentBody({
        resume: () => this.#resume(),
        drained: () => this.#drained(),
        abandon: () => this.destroy(new Error('the answer was let go of')),
      });
      // The body with it: a short one may be complete before anybody looks here again.
      resolve({ status: head.status, headers: head.headers, body: this.#body });
      return true;
    }
  }

  #readBody(): boolean {
    const whole = this.#end - this.#start >= this.#left;
    if (whole || this.#end === PIECE_BYTES) {
      if (!this.#body!.hasRoom) {
        this.#paused = true;
        return false;
      }
      this.#handIn();
    }
    return true;
  }

  /** Hands the current buffer to the body and goes on in the other one. */
  #handIn(): void {
    const body = this.#body;
    if (!body?.hasRoom) return;
    const bytes = Math.min(this.#end - this.#start, this.#left);
    const surplus = this.#end - this.#start > this.#left;
    if (bytes > 0) body.offer(this.#buffers[this.#current]!.subarray(this.#start, this.#start + bytes));
    this.#left -= bytes;
    this.#current = 1 - this.#current;
    this.#start = 0;
    this.#end = 0;
    if (this.#left > 0) return;
    this.#body = undefined;
    this.#stopListening();
    if (surplus) this.#keepAlive = false;
    body.complete();
  }

  #resume(): void {
    if (this.#failure) this.#failBody(this.#failure);
    if (!this.#paused) return;
    this.#paused = false;
    this.#handIn();
    // Not `resume()`: that reads once more on a later tick, when it may be paused again and the buffer in use.
    this.#socket.read(0);
  }

  /** Only now may the next answer come in: the last piece was in one of the buffers. */
  #drained(): void {
    if (this.#keepAlive && !this.#failure) this.onIdle();
    else this.destroy(new Error('the server wants no more requests'));
  }
}

/** A line break in a value would be another header. */
function checkedField(value: string): string {
  if (/[\0\r\n]/.test(value)) throw new TypeError('a header has a line break');
  return value;
}

function timedOut(what: string): Error {
  return Object.assign(new Error(`${what} for too long`), { code: 'ETIMEDOUT' });
}
