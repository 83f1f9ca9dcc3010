import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HeaderFilter } from '@serval/kube/objects';
import type { Dispatcher } from 'undici';
import { type Refusal, refuse } from './answer.ts';
import { dropRest, type RequestBody, takeBody } from './body.ts';
import { failureRefusal, isConnectionLoss } from './failure.ts';
import { type FlatHeaders, modifyHeaders, responseHeaders } from './headers.ts';
import type { Limits } from './limits.ts';
import type { Peer } from './peers.ts';

/** How one request is to be sent on. */
export interface Plan {
  /** With the query. */
  path: string;
  headers: FlatHeaders;
  /** For messages: `Service default/iris port 80`. */
  target: string;
  /** An endpoint that is not in `tried`, of those that exist now; undefined when there is none. */
  choose(tried: ReadonlySet<string> | undefined): Peer | undefined;
  responseHeaders: readonly HeaderFilter[];
  /** For the whole exchange. Undefined: the usual limits; 0: none. */
  requestTimeoutMs: number | undefined;
  /** For each attempt. */
  backendTimeoutMs: number | undefined;
}

export interface Outcome {
  endpoint: string | undefined;
  attempts: number;
}

const replayable = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE']);

/** Answers up to this size are joined with their heads. 16 KiB: copying more would cost what a second write does. */
const onePieceBytes = 16 * 1024;

/**
 * Sends a request to an endpoint and its answer back, both as they come. Another endpoint is tried when no connection
 * could be made (nothing was sent), or when the connection was lost before the first byte of an answer to an idempotent
 * request whose body is still at hand (RFC 9110 section 9.2.2).
 */
export class Exchange {
  readonly outcome: Outcome = { endpoint: undefined, attempts: 0 };
  readonly #req: IncomingMessage;
  readonly #res: ServerResponse;
  readonly #plan: Plan;
  readonly #limits: Limits;
  readonly #onAnswer: ((res: ServerResponse) => void) | undefined;
  #body: RequestBody = { kind: 'none' };
  #tried: Set<string> | undefined;
  #attempt: Attempt | undefined;
  #timer: NodeJS.Timeout | undefined;
  #over = false;
  /** `content-length` of the answer; -1 when it has none. */
  #lengthBytes = -1;
  /** A small answer that came in one piece, until its end is certain. */
  #whole: Buffer | undefined;

  /** @param onAnswer sees the response before its head is written. */
  constructor(
    req: IncomingMessage,
    res: ServerResponse,
    plan: Plan,
    limits: Limits,
    onAnswer?: (res: ServerResponse) => void,
  ) {
    this.#req = req;
    this.#res = res;
    this.#plan = plan;
    this.#limits = limits;
    this.#onAnswer = onAnswer;
  }

  start(): void {
    // Covers the client going away, too: `close` comes after a finished answer and after a lost connection.
    this.#res.once('close', () => this.#end());
    if (this.#plan.requestTimeoutMs) {
      this.#timer = setTimeout(
        () => this.#timeOut('request', this.#plan.requestTimeoutMs),
        this.#plan.requestTimeoutMs,
      );
    }
    takeBody(this.#req, this.#limits.replayBytes, (body) => {
      this.#body = body;
      this.#try();
    });
  }

  #try(): void {
    if (this.#over) return;
    const peer = this.#plan.choose(this.#tried);
    if (peer === undefined) {
      this.#refuse({ code: 'NoEndpoints', message: `${this.#plan.target} has no ready endpoint` });
      return;
    }
    if (peer.pending >= this.#limits.endpointRequests) {
      this.#refuse({
        code: 'Overloaded',
        message: `endpoint ${peer.address} of ${this.#plan.target} has ${peer.pending} requests waiting, the most allowed`,
      });
      return;
    }
    this.outcome.endpoint = peer.address;
    this.outcome.attempts += 1;
    this.#attempt = new Attempt(this, peer);
    this.#attempt.dispatch(this.#options());
  }

  #options(): Dispatcher.DispatchOptions {
    const { path, headers, requestTimeoutMs, backendTimeoutMs } = this.#plan;
    const routed = requestTimeoutMs !== undefined || backendTimeoutMs !== undefined;
    const body = this.#body;
    return {
      method: this.#req.method as Dispatcher.HttpMethod,
      path,
      headers,
      body: body.kind === 'whole' ? body.bytes : body.kind === 'stream' ? body.stream : null,
      headersTimeout: routed ? 0 : this.#limits.answerMs,
      bodyTimeout: routed ? 0 : this.#limits.pauseMs,
    };
  }

  get backendTimeoutMs(): number | undefined {
    return this.#plan.backendTimeoutMs;
  }

  backendTimedOut(): void {
    this.#timeOut('backend request', this.#plan.backendTimeoutMs);
  }

  head(status: number, raw: unknown, statusText: string | undefined): void {
    const res = this.#res;
    if (this.#over || res.headersSent) return;
    const headers = modifyHeaders(responseHeaders(raw), this.#plan.responseHeaders);
    this.#onAnswer?.(res);
    res.writeHead(status, statusText ?? '', headers);
    // Streamed answers must not wait for their first byte of body to show that they have begun.
    const at = headers.indexOf('content-length');
    if (at < 0) res.flushHeaders();
    else this.#lengthBytes = Number(headers[at + 1]);
  }

  data(chunk: Buffer, controller: Dispatcher.DispatchController): void {
    if (chunk.length === this.#lengthBytes && chunk.length <= onePieceBytes) {
      this.#whole = chunk;
      return;
    }
    if (this.#res.write(chunk)) return;
    controller.pause();
    this.#res.once('drain', () => controller.resume());
  }

  finish(): void {
    // As text of one byte per character it leaves in one write with the head; a buffer would be a second one.
    if (this.#whole !== undefined) this.#res.end(this.#whole.toString('latin1'), 'latin1');
    else this.#res.end();
  }

  failed(error: Error, { peer, sent }: { peer: Peer; sent: boolean }): void {
    if (this.#over) return;
    if (this.#res.headersSent) {
      // The only way left to say that the answer is not whole.
      this.#res.destroy();
      return;
    }
    const again = sent ? isConnectionLoss(error) && this.#mayReplay() : true;
    if (again && this.outcome.attempts < this.#limits.attempts) {
      this.#tried ??= new Set();
      this.#tried.add(peer.address);
      if (this.#plan.choose(this.#tried) !== undefined) {
        this.#try();
        return;
      }
    }
    this.#refuse(failureRefusal(error, peer.address, this.#plan.target, sent));
  }

  #mayReplay(): boolean {
    return this.#body.kind !== 'stream' && replayable.has(this.#req.method ?? '');
  }

  #timeOut(what: string, limitMs: number | undefined): void {
    if (this.#over) return;
    if (this.#res.headersSent) this.#res.destroy();
    else {
      const { endpoint } = this.outcome;
      const where = endpoint === undefined ? this.#plan.target : `endpoint ${endpoint} of ${this.#plan.target}`;
      this.#refuse({ code: 'Timeout', message: `${where} did not answer within the ${what} timeout of ${limitMs} ms` });
    }
    this.#end();
  }

  #refuse(refusal: Refusal): void {
    this.#onAnswer?.(this.#res);
    refuse(this.#res, refusal);
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#timer);
    this.#attempt?.cancel();
    if (this.#body.kind === 'stream') dropRest(this.#req, this.#body.stream, this.#limits.lingerMs);
  }
}

class Attempt implements Dispatcher.DispatchHandler {
  readonly peer: Peer;
  /** Whether bytes of the request may have reached the endpoint. */
  sent = false;
  readonly #exchange: Exchange;
  #controller: Dispatcher.DispatchController | undefined;
  #timer: NodeJS.Timeout | undefined;
  #cancelled = false;
  #done = false;

  constructor(exchange: Exchange, peer: Peer) {
    this.#exchange = exchange;
    this.peer = peer;
  }

  dispatch(options: Dispatcher.DispatchOptions): void {
    this.peer.pending += 1;
    const limitMs = this.#exchange.backendTimeoutMs;
    if (limitMs) this.#timer = setTimeout(() => this.#exchange.backendTimedOut(), limitMs);
    try {
      this.peer.pool.dispatch(options, this);
    } catch (error) {
      // undici refuses what it cannot send, such as a header with a forbidden character.
      this.onResponseError(undefined, error as Error);
    }
  }

  cancel(): void {
    this.#cancelled = true;
    if (!this.#done) this.#controller?.abort(new Error('the exchange is over'));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#cancelled) controller.abort(new Error('the client went away'));
    else this.sent = true;
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    _headers: unknown,
    statusText?: string,
  ): void {
    if (status >= 200) this.#exchange.head(status, controller.rawHeaders, statusText);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#exchange.data(chunk, controller);
  }

  onResponseEnd(): void {
    this.#settle();
    this.#exchange.finish();
  }

  onResponseError(_controller: unknown, error: Error): void {
    if (this.#done) return;
    this.#settle();
    if (!this.#cancelled) this.#exchange.failed(error, this);
  }

  #settle(): void {
    if (this.#done) return;
    this.#done = true;
    this.peer.pending -= 1;
    clearTimeout(this.#timer);
  }
}
