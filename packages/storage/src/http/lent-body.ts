import { Readable } from 'node:stream';

/** What a piece holds at most; large enough that a write to disk costs little beside it. */
export const PIECE_BYTES = 256 * 1024;

/** How the body tells its connection. */
export interface BodyOwner {
  /** There is room again. */
  resume(): void;
  /** All was read: the buffers are free. */
  drained(): void;
  /** The rest is not wanted. */
  abandon(): void;
}

/**
 * The body of an answer in two buffers of its connection: while one is written to disk the other fills, and nothing is copied or
 * allocated on the way. As a stream it works as any other, with a copy of each piece.
 */
export class LentBody extends Readable {
  #owner: BodyOwner;
  #ready: Buffer | undefined;
  #waiting: (() => void) | undefined;
  #ended = false;
  #drained = false;
  #failure: Error | undefined;
  /** A piece is with the reader. */
  #lent = false;

  constructor(owner: BodyOwner) {
    super();
    this.#owner = owner;
  }

  /** Whether another piece can be handed in: each of the two buffers is either filling, ready, or with the reader. */
  get hasRoom(): boolean {
    return this.#ready === undefined && !this.#lent;
  }

  /** Hands in what has come. `piece` must stay as it is until the reader asks for the next one. */
  offer(piece: Buffer): void {
    this.#ready = piece;
    this.#wake();
  }

  complete(): void {
    this.#ended = true;
    this.#wake();
  }

  /** What came before is still read. */
  fail(error: Error): void {
    if (this.#ended || this.#failure) return;
    this.#failure = error;
    this.#wake();
  }

  /** Pieces in order, each to be used only until the next is asked for. Instead of reading it as a stream. */
  async *lend(): AsyncGenerator<Buffer> {
    for (;;) {
      const piece = await this.#next();
      if (piece === undefined) return;
      yield piece;
    }
  }

  override _read(): void {
    this.#next().then(
      (piece) => this.push(piece === undefined ? null : Buffer.from(piece)),
      (error: Error) => this.destroy(error),
    );
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (!this.#drained) this.#owner.abandon();
    this.fail(error ?? new Error('the body was let go of'));
    done(error);
  }

  async #next(): Promise<Buffer | undefined> {
    if (this.#lent) {
      this.#lent = false;
      this.#owner.resume();
    }
    while (this.#ready === undefined && !this.#ended && !this.#failure) {
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    }
    const piece = this.#ready;
    if (piece !== undefined) {
      this.#ready = undefined;
      this.#lent = true;
      return piece;
    }
    if (this.#failure) throw this.#failure;
    if (!this.#drained) {
      this.#drained = true;
      this.#owner.drained();
    }
    return undefined;
  }

  #wake(): void {
    this.#waiting?.();
    this.#waiting = undefined;
  }
}

/** The pieces of a body, each good until the next is asked for. */
export function piecesOf(body: Readable): AsyncIterator<Buffer> {
  return body instanceof LentBody ? body.lend() : body[Symbol.asyncIterator]();
}
