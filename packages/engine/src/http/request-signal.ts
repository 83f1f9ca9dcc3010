/** The signal of one request, and the way to let go of what it listens to. */
export interface RequestSignal {
  signal: AbortSignal;
  release(): void;
}

/**
 * A signal that aborts with the client or with the server. Unlike `AbortSignal.any`, nothing stays with the server's signal,
 * which outlives every request, once the request is released.
 */
export function linkSignals(client: AbortSignal | undefined, server: AbortSignal): RequestSignal {
  const controller = new AbortController();
  const sources = client ? [client, server] : [server];
  const abort = () => controller.abort();
  for (const source of sources) {
    if (source.aborted) abort();
    else source.addEventListener('abort', abort, { once: true });
  }
  return {
    signal: controller.signal,
    release() {
      for (const source of sources) source.removeEventListener('abort', abort);
    },
  };
}

/** The body as it is, releasing when it ends or is given up. */
export async function* releasing(body: AsyncIterable<Uint8Array>, release: () => void): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } finally {
    release();
  }
}
