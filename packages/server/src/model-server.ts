import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createFrontEnd, type ServedModel } from './http/front-end.ts';
import { createMetrics } from './metrics.ts';
import { loadModel } from './model/load.ts';
import type { Settings } from './settings.ts';

export interface RunningServer {
  host: string;
  port: number;
  /** Settles when the model is loaded; rejects with `ModelError` when it cannot be. */
  loaded: Promise<void>;
  /**
   * Stops without losing a request: readiness is false from now on, requests that still come are answered with `connection: close`; when
   * none has come for `drainQuietMs` (at most after `drainMaxMs`) the socket closes, and what is in flight is finished.
   */
  drain(): Promise<void>;
  /** Stops at once. */
  close(): Promise<void>;
}

export interface ServerOptions {
  settings: Settings;
  version: string;
  now(): number;
  onError(error: unknown): void;
}

const DRAIN_STEP_MS = 20;

/** Listens at once, not ready, and loads the model meanwhile. Rejects when the address cannot be had. */
export async function startModelServer({ settings, version, now, onError }: ServerOptions): Promise<RunningServer> {
  const stopped = new AbortController();
  const metrics = createMetrics(settings.modelName);
  const served: ServedModel = {
    name: settings.modelName,
    model: undefined,
    isDraining: false,
    inFlight: 0,
    lastRequestMs: now(),
  };
  const { signal } = stopped;
  const server = createFrontEnd({
    served,
    metrics,
    maxBodyBytes: settings.maxBodyBytes,
    version,
    now,
    onError,
    signal,
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, settings)));
    server.listen(settings.port, settings.host, resolve);
  });

  const load = async () => {
    const start = now();
    const model = await loadModel(
      { path: settings.modelDir, format: settings.modelFormat, threads: settings.threads },
      signal,
    );
    if (signal.aborted) return model.close();
    metrics.loaded((now() - start) / 1000);
    served.model = model;
  };

  const close = async () => {
    stopped.abort();
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
    await served.model?.close();
  };

  const drain = async () => {
    served.isDraining = true;
    const start = now();
    served.lastRequestMs = start;
    const isQuiet = () => served.inFlight === 0 && now() - served.lastRequestMs >= settings.drainQuietMs;
    while (!isQuiet() && now() - start < settings.drainMaxMs) await sleep(DRAIN_STEP_MS);
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeIdleConnections();
    await closed;
    await close();
  };

  const { address, port } = server.address() as AddressInfo;
  return { host: address, port, loaded: load(), drain, close };
}

function listenError(cause: NodeJS.ErrnoException, { host, port }: Settings): Error {
  if (cause.code === 'EADDRINUSE') return new Error(`port ${port} of ${host} is taken`, { cause });
  return new Error(`cannot listen on port ${port} of ${host}: ${cause.message}`, { cause });
}
