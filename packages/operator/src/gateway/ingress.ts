import type { HttpBackendRef, HttpRoute, Ingress, IngressPath } from '@serval/kube/objects';
import type { ServingConfig } from '../config/serving-config.ts';
import type { Loss } from './fit-objects.ts';

/**
 * The one Ingress of a service, of its name (KServe), with the hosts and paths of what its HTTPRoutes would be. Its paths have one backend
 * each and no weights: nothing is ever split here (`canSplit`).
 */
export function ingressOf(
  routes: readonly HttpRoute[],
  service: string,
  { ingress }: ServingConfig,
  losses: Loss[],
): Ingress {
  const [first] = routes;
  const name = `Ingress ${service}`;
  if (ingress.pathTemplate) {
    losses.push({ what: `${name}: ingress.pathTemplate`, why: 'an Ingress cannot rewrite paths; use the Gateway API' });
  }
  const rules = routes.flatMap(({ spec }) => {
    const paths = (spec.rules ?? []).flatMap(({ matches = [], backendRefs: [backend] = [] }) =>
      backend ? matches.flatMap(({ path }) => pathTo(backend, path)) : [],
    );
    return (spec.hostnames ?? []).map((host) => ({ host, http: { paths } }));
  });
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { ...first?.metadata, name: service },
    spec: { ...(ingress.ingressClassName ? { ingressClassName: ingress.ingressClassName } : {}), rules },
  };
}

function pathTo({ name, port }: HttpBackendRef, match: { type?: string; value?: string } | undefined): IngressPath[] {
  const { type = 'PathPrefix', value = '/' } = match ?? {};
  if (type === 'RegularExpression') return [];
  const backend = { service: { name, port: { number: port ?? 80 } } };
  return [{ path: value, pathType: type === 'Exact' ? 'Exact' : 'Prefix', backend }];
}
