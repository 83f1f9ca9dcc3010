import { findCondition, type Gateway, keyOf } from '@serval/kube/objects';
import { externalHost, isExternal } from '../inference-service/render/hosts.ts';
import { hostsMeet } from './families/attachment.ts';
import { expectedOf } from './families/expected.ts';
import { configIn, gatewayIn, servicesIn } from './settings.ts';
import type { Snapshot } from './snapshot.ts';

/** A request through the Gateway's address that changes nothing. */
export interface ProbeTarget {
  /** `namespace/name`. */
  readonly service: string;
  readonly scheme: 'http' | 'https';
  readonly address: string;
  readonly port: number;
  readonly host: string;
  readonly path: string;
}

/** More would keep a person waiting, and find the same. */
const maxTargets = 20;

/** One request for each service that is to be reached from outside; or why there can be none. */
export function probeTargets(snapshot: Snapshot): readonly ProbeTarget[] | string {
  const gateway = gatewayIn(snapshot);
  const address = gateway?.status?.addresses?.[0]?.value;
  if (!gateway || address === undefined) return 'the Gateway has no address';
  const config = configIn(snapshot);
  const services = servicesIn(snapshot).filter(
    (service) =>
      isExternal(service, config) && expectedOf(service, snapshot).waysIn.some(({ kind }) => kind === 'HTTPRoute'),
  );
  if (services.length === 0) return 'no InferenceService is to be reached from outside';
  return services.slice(0, maxTargets).flatMap((service) => {
    const name = service.metadata.name ?? '';
    const host = externalHost(name, service, config);
    const listener = listenerFor(gateway, host);
    if (!listener) return [];
    const scheme = listener.protocol === 'HTTPS' ? 'https' : 'http';
    const { model } = service.spec.predictor;
    // A server of one's own need not know these paths; that anything answers is enough there.
    const path = model ? (model.protocolVersion === 'v2' ? `/v2/models/${name}` : `/v1/models/${name}`) : '/';
    return [{ service: keyOf(service.metadata), scheme, address, port: listener.port, host, path } as const];
  });
}

function listenerFor(gateway: Gateway, host: string) {
  const fitting = gateway.spec.listeners.filter(
    ({ protocol, hostname }) => (protocol === 'HTTP' || protocol === 'HTTPS') && hostsMeet(hostname, host),
  );
  const isServed = (name: string) =>
    findCondition(gateway.status?.listeners?.find((each) => each.name === name)?.conditions, 'Accepted')?.status !==
    'False';
  return fitting.find(({ name, protocol }) => protocol === 'HTTP' && isServed(name)) ?? fitting[0];
}
