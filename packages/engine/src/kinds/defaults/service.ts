import type { AnyObject } from '@serval/kube/objects';
import { setDefaults } from './set-defaults.ts';

/**
 * Defaults of a Service (`pkg/apis/core/v1/defaults.go`). No clusterIP is given out: nothing would answer there, and
 * names are resolved by the gateway.
 */
export function defaultService(draft: AnyObject): void {
  draft['spec'] ??= {};
  const { spec } = draft;
  setDefaults(spec, { sessionAffinity: 'None', type: 'ClusterIP' });
  if (spec.type !== 'ExternalName') setDefaults(spec, { internalTrafficPolicy: 'Cluster' });
  if (spec.type === 'NodePort' || spec.type === 'LoadBalancer') {
    setDefaults(spec, { externalTrafficPolicy: 'Cluster' });
  }
  for (const port of Array.isArray(spec.ports) ? spec.ports : []) {
    setDefaults(port, { protocol: 'TCP', targetPort: port.port });
  }
}
