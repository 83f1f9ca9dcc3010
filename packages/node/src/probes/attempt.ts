import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Container, IntOrString, LifecycleHandler, Probe } from '@serval/kube/objects';
import { messageOf } from '../errors.ts';
import type { ExecResult } from '../process/exec.ts';
import { attemptHttp } from './http.ts';

export interface AttemptResult {
  success: boolean;
  /** Why not, for the Unhealthy event. */
  message: string;
}

/** How to reach a container that runs. */
export interface ProbeTarget {
  container: Container;
  /** The Pod's address. */
  address: string;
  /** The port that is really listened on for one that the spec names. */
  realPort(containerPort: number): number;
  exec(command: readonly string[], timeoutMs: number, signal: AbortSignal): Promise<ExecResult>;
}

/** One attempt of a probe, or of a hook's `httpGet`. Never throws. */
export async function attemptProbe(
  probe: Pick<Probe, 'httpGet' | 'tcpSocket' | 'exec' | 'grpc' | 'timeoutSeconds'>,
  target: ProbeTarget,
  signal: AbortSignal,
): Promise<AttemptResult> {
  const timeoutMs = Math.max(1, probe.timeoutSeconds ?? 1) * 1000;
  try {
    if (probe.httpGet) {
      const { path = '/', port, host, scheme, httpHeaders } = probe.httpGet;
      return await attemptHttp(
        {
          scheme: scheme?.toUpperCase() === 'HTTPS' ? 'https' : 'http',
          host: host || target.address,
          port: host ? portNumber(port, target.container) : target.realPort(portNumber(port, target.container)),
          path: path.startsWith('/') ? path : `/${path}`,
          headers: httpHeaders ?? [],
        },
        timeoutMs,
        signal,
      );
    }
    if (probe.tcpSocket) {
      const { port, host } = probe.tcpSocket;
      const number = portNumber(port, target.container);
      return await attemptTcp(host || target.address, host ? number : target.realPort(number), timeoutMs, signal);
    }
    if (probe.exec) return execVerdict(await target.exec(probe.exec.command ?? [], timeoutMs, signal), timeoutMs);
    if (probe.grpc) {
      return { success: false, message: 'grpc probes are not supported by this node; use httpGet, tcpSocket or exec' };
    }
    return { success: false, message: 'the probe has no action; expected httpGet, tcpSocket or exec' };
  } catch (error) {
    return { success: false, message: messageOf(error) };
  }
}

function execVerdict({ exitCode, output, timedOut }: ExecResult, timeoutMs: number): AttemptResult {
  if (timedOut) return { success: false, message: `command timed out after ${timeoutMs / 1000}s: ${output}`.trim() };
  return { success: exitCode === 0, message: exitCode === 0 ? '' : output || `command exited with ${exitCode}` };
}

/** A port's number, or that of the container's port of this name. */
export function portNumber(port: IntOrString, { name, ports = [] }: Container): number {
  const number = typeof port === 'number' ? port : /^\d+$/.test(port) ? Number(port) : undefined;
  const found = number ?? ports.find((candidate) => candidate.name === port)?.containerPort;
  if (found === undefined) {
    const known = ports.flatMap((candidate) => candidate.name ?? []).join(', ') || 'none';
    throw new RangeError(`container ${name} has no port named "${port}"; it has: ${known}`);
  }
  return found;
}

function attemptTcp(host: string, port: number, timeoutMs: number, signal: AbortSignal): Promise<AttemptResult> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const finish = (message: string): void => {
      socket.destroy();
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      resolve({ success: message === '', message });
    };
    const onAbort = (): void => finish('the container is being stopped');
    const timer = setTimeout(() => finish(`dial tcp ${host}:${port}: i/o timeout`), timeoutMs);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    socket.once('connect', () => finish(''));
    socket.once('error', (error) => finish(`dial tcp ${host}:${port}: ${messageOf(error)}`));
  });
}

/** Runs a lifecycle hook. @returns what went wrong, or nothing */
export async function runHook(
  hook: LifecycleHandler,
  target: ProbeTarget,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (hook.sleep) {
    const sleepMs = Math.min(hook.sleep.seconds * 1000, timeoutMs);
    await sleep(sleepMs, undefined, { signal }).catch(() => {});
    return undefined;
  }
  const timeoutSeconds = Math.max(1, Math.ceil(timeoutMs / 1000));
  const result = await attemptProbe({ httpGet: hook.httpGet, exec: hook.exec, timeoutSeconds }, target, signal);
  return result.success ? undefined : result.message;
}
