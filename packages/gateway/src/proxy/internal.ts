import type { IncomingMessage, RequestListener } from 'node:http';
import { type Refusal, refuse } from './answer.ts';
import { closeIfDraining, type DataPlane } from './data-plane.ts';
import { Exchange, type Plan } from './exchange.ts';
import { requestHeaders } from './headers.ts';
import { observeEnd } from './observe.ts';
import { resolveHost } from './resolve.ts';
import { isRefusal, parseTarget } from './target.ts';

/**
 * Answers requests of containers, which reach it as their `http_proxy`: absolute-form ones, and origin-form ones by Host.
 * Names of Services lead to their endpoints; other hosts are reached as by any proxy.
 */
export function createInternalListener(plane: DataPlane): RequestListener {
  return (req, res) => {
    const startedAt = plane.clock();
    const planned = planOf(plane, req);
    let exchange: Exchange | undefined;
    if (isRefusal(planned)) {
      closeIfDraining(plane)(res);
      if (req.headers.expect !== undefined) res.shouldKeepAlive = false;
      refuse(res, planned);
    } else {
      if (req.headers.expect !== undefined) res.writeContinue();
      exchange = new Exchange(req, res, planned.plan, plane.limits, closeIfDraining(plane));
      exchange.start();
    }
    if (plane.observe) {
      const service = isRefusal(planned) ? undefined : planned.service;
      observeEnd(
        plane,
        res,
        { listener: 'internal', method: req.method ?? '', route: undefined, service, startedAt },
        exchange,
      );
    }
  };
}

function planOf(plane: DataPlane, req: IncomingMessage): { plan: Plan; service: string | undefined } | Refusal {
  const target = parseTarget(req);
  if (isRefusal(target)) return target;
  if (target.scheme === 'https') {
    return { code: 'BadRequest', message: `https://${target.hostname} must be reached by CONNECT through this proxy` };
  }
  const resolved = resolveHost(plane, target.hostname, portOf(target.host, 80));
  if (isRefusal(resolved)) return resolved;
  const { flat, hops } = requestHeaders(req.rawHeaders, req.headers.connection, {
    host: target.host,
    forwardedHost: target.host,
    remoteAddress: req.socket.remoteAddress ?? 'unknown',
  });
  if (hops >= plane.limits.hops) {
    return { code: 'LoopDetected', message: `the request has passed ${hops} gateways: ${target.host} leads back here` };
  }
  return {
    service: resolved.service,
    plan: {
      path: target.query === '' ? target.path : `${target.path}?${target.query}`,
      headers: flat,
      target: resolved.target,
      choose: resolved.choose,
      responseHeaders: [],
      requestTimeoutMs: undefined,
      backendTimeoutMs: undefined,
    },
  };
}

/** The port of `host:port`, or the default of the scheme. */
export function portOf(host: string, defaultPort: number): number {
  const match = /:(\d+)$/.exec(host);
  return match ? Number(match[1]) : defaultPort;
}
