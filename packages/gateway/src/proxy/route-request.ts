import type { IncomingMessage } from 'node:http';
import { match } from '../routes/match.ts';
import type { CompiledBackend, CompiledRule } from '../routes/table.ts';
import type { Refusal } from './answer.ts';
import type { DataPlane } from './data-plane.ts';
import type { Plan } from './exchange.ts';
import { modifyHeaders, requestHeaders } from './headers.ts';
import { modifyPath, redirectLocation } from './rewrite.ts';
import { isRefusal, parseTarget, type RequestTarget } from './target.ts';

/** What is to be done with a request on the external listener. */
export type Decision = { route?: string; service?: string } & (
  | { kind: 'forward'; plan: Plan }
  | { kind: 'redirect'; status: number; location: string; rule: CompiledRule }
  | { kind: 'refuse'; refusal: Refusal }
);

/** Decides by the routes of the present snapshot, and takes the rule's next turn. */
export function routeRequest(plane: DataPlane, req: IncomingMessage): Decision {
  const target = parseTarget(req);
  if (isRefusal(target)) return { kind: 'refuse', refusal: target };
  const method = req.method ?? 'GET';
  const { hostname, path, query } = target;
  const entry = match(plane.snapshot.routes, { method, hostname, path, query, headers: req.headers });
  if (entry === undefined) {
    const message = `no HTTPRoute takes ${method} ${path.slice(0, 200)} for host ${hostname}`;
    return { kind: 'refuse', refusal: { code: 'NotFound', message } };
  }
  const { rule, prefix } = entry;
  const { redirect } = rule.filters;
  if (redirect !== undefined) {
    const port = req.socket.localPort ?? 80;
    const location = redirectLocation(redirect, { hostname, path, query, prefix }, port);
    return { kind: 'redirect', status: redirect.statusCode, location, rule, route: rule.route };
  }
  const backend = plane.turns.next(rule);
  if (backend?.service === undefined) {
    const message = `HTTPRoute ${rule.route} has no backend for this request: ${backend?.problem ?? 'no backendRef with a weight'}`;
    return { kind: 'refuse', refusal: { code: 'NoBackend', message }, route: rule.route };
  }
  return forward(plane, req, target, rule, backend, prefix);
}

function forward(
  plane: DataPlane,
  req: IncomingMessage,
  target: RequestTarget,
  rule: CompiledRule,
  backend: CompiledBackend,
  prefix: string | undefined,
): Decision {
  const service = backend.service!;
  const { rewrite } = rule.filters;
  const { flat, hops } = requestHeaders(req.rawHeaders, req.headers.connection, {
    host: rewrite?.hostname ?? target.host,
    forwardedHost: target.host,
    remoteAddress: req.socket.remoteAddress ?? 'unknown',
  });
  const about = { route: rule.route, service };
  if (hops >= plane.limits.hops) {
    const message = `the request has passed ${hops} gateways: a backend of HTTPRoute ${rule.route} leads back here`;
    return { ...about, kind: 'refuse', refusal: { code: 'LoopDetected', message } };
  }
  const path = modifyPath(target.path, rewrite?.path, prefix);
  return {
    ...about,
    kind: 'forward',
    plan: {
      path: target.query === '' ? path : `${path}?${target.query}`,
      headers: modifyHeaders(modifyHeaders(flat, rule.filters.requestHeaders), backend.requestHeaders),
      target: `Service ${service}`,
      choose: (tried) => plane.choose(service, tried),
      responseHeaders:
        backend.responseHeaders.length === 0
          ? rule.filters.responseHeaders
          : [...rule.filters.responseHeaders, ...backend.responseHeaders],
      requestTimeoutMs: rule.requestTimeoutMs,
      backendTimeoutMs: rule.backendTimeoutMs,
    },
  };
}
