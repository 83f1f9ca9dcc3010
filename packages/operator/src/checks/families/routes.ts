import { type Ingress, type KubeObject, keyOf } from '@serval/kube/objects';
import { configMapName } from '../../config/serving-config.ts';
import type { WayIn } from '../../inference-service/status/ingress-state.ts';
import { evidenceOf } from '../describe.ts';
import type { Check, Notes } from '../notes.ts';
import { configIn, servicesIn } from '../settings.ts';
import type { Seen, Snapshot } from '../snapshot.ts';
import { expectedOf } from './expected.ts';

/** What leads to the services from outside: every route, or Ingress, that the operator makes of them is there. */
export const routesCheck: Check = {
  name: 'routes',
  run(snapshot, notes) {
    notes.read(snapshot.services, 'InferenceServices');
    notes.read(snapshot.runtimes, 'ServingRuntimes');
    notes.read(snapshot.clusterRuntimes, 'ClusterServingRuntimes');
    if ('unread' in snapshot.services) return;
    const services = servicesIn(snapshot);
    if (services.length === 0) return notes.notChecked('there is no InferenceService');
    for (const service of services) {
      const { waysIn, losses } = expectedOf(service, snapshot);
      for (const { kind, name } of waysIn) {
        const seen = seenOf(kind, snapshot);
        const all = notes.read(seen, `${kind}s`);
        if ('unread' in seen) continue;
        const key = keyOf({ namespace: service.metadata.namespace, name });
        const found = all.find(({ metadata }) => keyOf(metadata) === key);
        notes.expect(found !== undefined, 'route-missing', () => ({
          service: keyOf(service.metadata),
          evidence: evidenceOf(`${kind} ${key}`, 'metadata.name', undefined),
          sentence: `${kind} ${key} does not exist, so nothing leads to the service from outside`,
          fix: {
            command: `serval describe isvc ${service.metadata.name} -n ${service.metadata.namespace}`,
            safe: false,
          },
        }));
        if (found?.kind === 'Ingress') checkAddress(found as Ingress, keyOf(service.metadata), snapshot, notes);
      }
      for (const { what, why } of losses) {
        notes.expect(false, 'feature-unsupported', () => ({
          service: keyOf(service.metadata),
          evidence: evidenceOf(service, 'spec', what),
          sentence: `${what}: not written, as ${why}`,
        }));
      }
    }
  },
};

/** An Ingress has no conditions: an address is all that a controller says of having taken it up. */
function checkAddress(ingress: Ingress, service: string, snapshot: Snapshot, notes: Notes): void {
  const { ingressClassName } = configIn(snapshot).ingress;
  const addresses = ingress.status?.loadBalancer?.ingress ?? [];
  notes.expect(addresses.length > 0, 'ingress-address-missing', () => ({
    service,
    evidence: evidenceOf(ingress, 'status.loadBalancer.ingress', addresses),
    sentence: `no controller of ${ingressClassName ? `class ${ingressClassName}` : 'the default class'} has given Ingress ${keyOf(ingress.metadata)} an address`,
    fix: { command: `kubectl -n ${snapshot.systemNamespace} edit configmap ${configMapName}`, safe: false },
  }));
}

function seenOf(kind: WayIn['kind'], { routes, grpcRoutes, ingresses }: Snapshot): Seen<KubeObject> {
  if (kind === 'Ingress') return ingresses;
  return kind === 'GRPCRoute' ? grpcRoutes : routes;
}
