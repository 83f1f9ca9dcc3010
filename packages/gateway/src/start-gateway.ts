import type { Client, Log } from '@serval/kube/client';
import { createDataPlane, type DataPlane } from './proxy/data-plane.ts';
import { createExternalListener } from './proxy/external.ts';
import { createInternalListener } from './proxy/internal.ts';
import type { Limits } from './proxy/limits.ts';
import { type Listening, listen } from './proxy/listen.ts';
import type { Observe } from './proxy/observe.ts';
import { createTunnelListener } from './proxy/tunnel.ts';
import { createUpgradeListener } from './proxy/upgrade.ts';
import { type Compilation, compileRoutes } from './routes/compile.ts';
import type { GatewayModel } from './routes/model.ts';
import { createSource, type Source } from './source.ts';
import { createStatusWriter } from './status/write-status.ts';

export interface GatewayOptions {
  client: Client;
  /** Of both listeners. Keep it on loopback: the internal one is an open proxy. */
  address: string;
  /** Of the external listener; 0 takes a free one. */
  port: number;
  internalPort: number;
  /** Default `platform.serval.dev/gateway`. */
  controllerName?: string;
  log: Log;
  limits?: Partial<Limits>;
  observe?: Observe;
}

export interface RunningGateway {
  /** `127.0.0.1:8080`. */
  external: string;
  internal: string;
  /** Lets requests in flight finish (bounded by `limits.drainMs`), then ends everything. */
  close(): Promise<void>;
}

const defaultControllerName = 'platform.serval.dev/gateway';

/**
 * Binds both ports, waits until the API has been read once, then serves. Requests that come before wait in the sockets'
 * backlog for no longer than that, and none is answered from half of the truth.
 *
 * @throws PortError when a port cannot be had.
 */
export async function startGateway(options: GatewayOptions): Promise<RunningGateway> {
  const { client, address, log, controllerName = defaultControllerName } = options;
  const stop = new AbortController();
  const plane = createDataPlane({
    ...(options.limits ? { limits: options.limits } : {}),
    ...(options.observe ? { observe: options.observe } : {}),
  });
  const servers: Listening[] = [];
  const close = async () => {
    plane.drain();
    await Promise.all(servers.map((server) => server.close(plane.limits.drainMs)));
    stop.abort();
    await plane.close();
  };
  try {
    const gate = Promise.withResolvers<void>();
    const external = await openExternal(plane, options, gate.promise);
    servers.push(external);
    const internal = await openInternal(plane, options, gate.promise);
    servers.push(internal);
    plane.ownAddresses.add(internal.address);
    const source = createSource({ client, log, signal: stop.signal });
    await source.synced;
    const status = createStatusWriter({ client, log, address, signal: stop.signal });
    follow(source, plane, (model, compilation) => status.offer(model, compilation), {
      controllerName,
      port: external.port,
      log,
    });
    gate.resolve();
    return { external: external.address, internal: internal.address, close };
  } catch (error) {
    stop.abort();
    await Promise.all(servers.map((server) => server.close(0)));
    await plane.close();
    throw error;
  }
}

async function openExternal(plane: DataPlane, options: GatewayOptions, ready: Promise<void>): Promise<Listening> {
  const listener = createExternalListener(plane);
  const upgrade = createUpgradeListener(plane);
  const listening = await listen(gated(listener, ready), {
    address: options.address,
    port: options.port,
    limits: plane.limits,
  });
  listening.server.on('upgrade', (req, socket, head) => void ready.then(() => upgrade(req, socket, head)));
  return listening;
}

async function openInternal(plane: DataPlane, options: GatewayOptions, ready: Promise<void>): Promise<Listening> {
  const listening = await listen(gated(createInternalListener(plane), ready), {
    address: options.address,
    port: options.internalPort,
    limits: plane.limits,
  });
  const tunnel = createTunnelListener(plane);
  listening.server.on('connect', (req, socket, head) => void ready.then(() => tunnel(req, socket, head)));
  return listening;
}

type Listener = ReturnType<typeof createExternalListener>;

/** Holds requests back until `ready`. */
function gated(listener: Listener, ready: Promise<void>): Listener {
  let open = false;
  void ready.then(() => {
    open = true;
  });
  return (req, res) => {
    if (open) listener(req, res);
    else void ready.then(() => listener(req, res));
  };
}

/** Compiles anew after changes. Changes of one turn of the event loop are taken together. */
function follow(
  source: Source,
  plane: DataPlane,
  report: (model: GatewayModel, compilation: Compilation) => void,
  { controllerName, port, log }: { controllerName: string; port: number; log: Log },
): void {
  let scheduled = false;
  let routesChanged = false;

  function update(): void {
    scheduled = false;
    const endpoints = source.endpoints();
    if (!routesChanged) {
      plane.update({ ...plane.snapshot, endpoints });
      return;
    }
    routesChanged = false;
    const model = source.model(controllerName, port);
    const compilation = compileRoutes(model);
    const services = new Set(model.services.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`));
    plane.update({ routes: compilation.table, endpoints, services });
    plane.turns.keep(new Set(compilation.ruleKeys));
    report(model, compilation);
  }

  source.onChange((change) => {
    if (change === 'routes') routesChanged = true;
    if (scheduled) return;
    scheduled = true;
    setImmediate(() => {
      try {
        update();
      } catch (error) {
        // An object that no schema should have let in must not take down what is served already.
        log.error({ error: (error as Error).message }, 'routes not updated');
      }
    });
  });
  routesChanged = true;
  update();
}
