import { type Gateway, keyOf, type Listener } from '@serval/kube/objects';
import { type GatewayModel, gatewayGroup, type Verdict } from './model.ts';

export interface EvaluatedGateway {
  /** `namespace/name`. */
  key: string;
  gateway: Gateway;
  listeners: EvaluatedListener[];
}

export interface EvaluatedListener {
  listener: Listener;
  accepted: Verdict;
  resolvedRefs: Verdict;
  /** Not ok when another listener has the same hostname, port and protocol. */
  unconflicted: Verdict;
  /** Whether routes of it are served. */
  served: boolean;
}

const fine = (reason: string): Verdict => ({ ok: true, reason, message: '' });

/** The Gateways whose class names our controller, with what is to be said of each listener. */
export function evaluateGateways(model: GatewayModel): EvaluatedGateway[] {
  const ours = new Set(
    model.classes.filter(({ spec }) => spec.controllerName === model.controllerName).map((c) => c.metadata.name),
  );
  return model.gateways
    .filter(({ spec }) => ours.has(spec.gatewayClassName))
    .map((gateway) => ({
      key: keyOf(gateway.metadata),
      gateway,
      listeners: gateway.spec.listeners.map((listener) => evaluateListener(listener, gateway, model.port)),
    }));
}

function evaluateListener(listener: Listener, gateway: Gateway, port: number): EvaluatedListener {
  const accepted = acceptListener(listener, port);
  const resolvedRefs = checkKinds(listener);
  const twin = gateway.spec.listeners.find((other) => other !== listener && sameSocket(other, listener));
  const unconflicted = twin
    ? {
        ok: false,
        reason: 'HostnameConflict',
        message: `listener "${twin.name}" has the same port, protocol and hostname "${listener.hostname ?? ''}"`,
      }
    : fine('NoConflicts');
  return {
    listener,
    accepted: unconflicted.ok ? accepted : unconflicted,
    resolvedRefs,
    unconflicted,
    served: accepted.ok && unconflicted.ok && supportedKinds(listener).length > 0,
  };
}

function sameSocket(a: Listener, b: Listener): boolean {
  return (
    a.port === b.port &&
    a.protocol === b.protocol &&
    (a.hostname ?? '').toLowerCase() === (b.hostname ?? '').toLowerCase()
  );
}

function acceptListener({ protocol, port }: Listener, boundPort: number): Verdict {
  if (protocol !== 'HTTP') {
    return {
      ok: false,
      reason: 'UnsupportedProtocol',
      message: `protocol ${protocol} is not supported; expected HTTP`,
    };
  }
  if (port !== boundPort) {
    return {
      ok: false,
      reason: 'PortUnavailable',
      message: `port ${port} is not bound; this gateway has ${boundPort} only`,
    };
  }
  return fine('Accepted');
}

/** `supportedKinds` of a listener's status: what it allows and we serve, which is HTTPRoute or nothing. */
export function supportedKinds({ allowedRoutes, protocol }: Listener): { group: string; kind: string }[] {
  if (protocol !== 'HTTP') return [];
  const allowed = allowedRoutes?.kinds;
  return allowed === undefined || allowed.length === 0 || allowed.some(isHttpRoute)
    ? [{ group: gatewayGroup, kind: 'HTTPRoute' }]
    : [];
}

function isHttpRoute({ group, kind }: { group?: string; kind: string }): boolean {
  return kind === 'HTTPRoute' && (group ?? gatewayGroup) === gatewayGroup;
}

function checkKinds({ allowedRoutes }: Listener): Verdict {
  const other = allowedRoutes?.kinds?.find((kind) => !isHttpRoute(kind));
  return other
    ? { ok: false, reason: 'InvalidRouteKinds', message: `kind ${other.kind} is not supported; expected HTTPRoute` }
    : fine('ResolvedRefs');
}
