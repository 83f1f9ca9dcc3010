import type { Log } from '@serval/kube/client';
import type { Stops } from './control-plane.ts';
import { type GatewayOptions, type GatewayProcess, startGatewayProcess } from './gateway-process.ts';
import { programOf } from './programs.ts';

/** The gateway is started again on the same ports when it ends unasked, at most this often in a row … */
const maxRestartsInARow = 5;
/** … where one that ran for so long begins a new row. */
const steadyAfterMs = 60_000;

export interface RunningGateway {
  /** `127.0.0.1:8080`. */
  external: string;
  internal: string;
  pid: number;
}

/** Ports stay the same over restarts, because running Pods know the internal one. */
export async function startSupervisedGateway(
  options: Pick<GatewayOptions, 'kubeconfig' | 'context' | 'port' | 'env'> & { log: Log },
  stops: Stops,
  failed: (reason: Error) => void,
): Promise<RunningGateway> {
  const start = (port: number, internalPort: number): Promise<GatewayProcess> =>
    startGatewayProcess({
      program: programOf('@serval/gateway/main'),
      kubeconfig: options.kubeconfig,
      context: options.context,
      port,
      internalPort,
      env: options.env,
      onLogLine: (line) => options.log.info({ part: 'gateway', line }, 'gateway'),
    });
  let current = await start(options.port, 0);
  const known = { external: current.external, internal: current.internal, pid: current.pid };
  let stopping = false;
  let restarts = 0;
  let startedAt = performance.now();
  const supervise = (running: GatewayProcess): Promise<void> =>
    running.ended.then(async (code) => {
      if (stopping) return;
      restarts = performance.now() - startedAt > steadyAfterMs ? 1 : restarts + 1;
      options.log.error({ code, restarts }, 'the gateway ended unasked; starting it again');
      if (restarts > maxRestartsInARow) throw new Error(`the gateway ended ${restarts} times, last with code ${code}`);
      current = await start(portOf(known.external), portOf(known.internal));
      startedAt = performance.now();
      known.pid = current.pid;
      // It may have been asked to stop while it was not there.
      if (stopping) return current.stop();
      return supervise(current);
    });
  const supervised = supervise(current).catch((error: unknown) => failed(error as Error));
  stops.push(async () => {
    stopping = true;
    await current.stop();
    await supervised;
  });
  return known;
}

export function portOf(address: string): number {
  return Number(address.slice(address.lastIndexOf(':') + 1));
}
