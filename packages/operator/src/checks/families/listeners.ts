import { type Gateway, keyOf, type Listener } from '@serval/kube/objects';
import { evidenceOf, sayingOf, stateOf } from '../describe.ts';
import type { Check, Notes } from '../notes.ts';
import { gatewayApiOff, gatewayIn, gatewayKeyIn, routesIn, usesGatewayApi } from '../settings.ts';
import { routesOfGateway } from './attachment.ts';

/** The listeners of the configured Gateway. */
export const listenersCheck: Check = {
  name: 'listeners',
  run(snapshot, notes) {
    notes.read(snapshot.gateways, 'Gateways');
    const gateway = gatewayIn(snapshot);
    if (!usesGatewayApi(snapshot)) return notes.notChecked(gatewayApiOff);
    if ('unread' in snapshot.gateways) return;
    if (!gateway) return notes.notChecked(`Gateway ${gatewayKeyIn(snapshot)} does not exist`);
    const fix = {
      command: `kubectl -n ${gateway.metadata.namespace} edit gateway ${gateway.metadata.name}`,
      safe: false,
    };
    const { listeners } = gateway.spec;
    notes.expect(listeners.some(isHttp), 'listener-missing', () => ({
      evidence: evidenceOf(gateway, 'spec.listeners[].protocol', listeners.map(({ protocol }) => protocol).join(', ')),
      sentence: `Gateway ${keyOf(gateway.metadata)} has no HTTP or HTTPS listener`,
      fix,
    }));
    for (const listener of listeners) checkListener(listener, gateway, notes);
    notes.read(snapshot.routes, 'HTTPRoutes');
    const routes = routesIn(snapshot).filter(routesOfGateway(gateway));
    if (routes.length === 0) return;
    const counted = (gateway.status?.listeners ?? []).reduce((sum, { attachedRoutes }) => sum + attachedRoutes, 0);
    notes.expect(counted > 0, 'listener-without-routes', () => ({
      evidence: evidenceOf(gateway, 'status.listeners[].attachedRoutes', counted),
      sentence: `Gateway ${keyOf(gateway.metadata)} counts no attached route, and ${routes.length} routes name it`,
    }));
  },
};

function isHttp({ protocol }: Listener): boolean {
  return protocol === 'HTTP' || protocol === 'HTTPS';
}

function checkListener(listener: Listener, gateway: Gateway, notes: Notes): void {
  const conditions = gateway.status?.listeners?.find(({ name }) => name === listener.name)?.conditions;
  const path = (type: string) => `status.listeners[${listener.name}].conditions[${type}]`;
  const fix = {
    command: `kubectl -n ${gateway.metadata.namespace} describe gateway ${gateway.metadata.name}`,
    safe: false,
  };
  const twin = gateway.spec.listeners.find(
    (other) =>
      gateway.spec.listeners.indexOf(other) < gateway.spec.listeners.indexOf(listener) && isSame(other, listener),
  );
  const conflicted = stateOf(gateway, conditions, 'Conflicted') === 'True';
  const unconflicted = notes.expect(twin === undefined && !conflicted, 'listener-conflicted', () => ({
    evidence: evidenceOf(
      gateway,
      `spec.listeners[${listener.name}]`,
      `${listener.protocol} ${listener.port} ${listener.hostname ?? '*'}`,
    ),
    sentence: twin
      ? `listeners ${twin.name} and ${listener.name} have the same port, protocol and hostname`
      : `listener ${listener.name} is in conflict: ${sayingOf(gateway, conditions, 'Conflicted')}`,
    fix,
  }));
  // Whether nobody has looked at the listener is the Gateway's matter.
  if (!unconflicted || conditions === undefined) return;
  for (const [type, id] of [
    ['Accepted', 'listener-rejected'],
    ['ResolvedRefs', 'listener-unresolved'],
    ['Programmed', 'listener-not-programmed'],
  ] as const) {
    const saying = sayingOf(gateway, conditions, type);
    notes.expect(stateOf(gateway, conditions, type) !== 'False', id, () => ({
      evidence: evidenceOf(gateway, path(type), saying),
      sentence: `listener ${listener.name} of Gateway ${keyOf(gateway.metadata)}: ${saying}`,
      fix,
    }));
  }
}

function isSame(a: Listener, b: Listener): boolean {
  return (
    a.port === b.port &&
    a.protocol === b.protocol &&
    (a.hostname ?? '').toLowerCase() === (b.hostname ?? '').toLowerCase()
  );
}
