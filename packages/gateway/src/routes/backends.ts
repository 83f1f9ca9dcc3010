import { type HttpBackendRef, keyOf, type ReferenceGrant, type Service } from '@serval/kube/objects';
import { serviceKey } from '../endpoints/endpoint-table.ts';
import { gatewayGroup, type Verdict } from './model.ts';

export interface ResolvedBackend {
  /** Key of the endpoint table; undefined when it does not resolve. */
  service: string | undefined;
  verdict: Verdict;
}

/** Finds Services, and knows which namespaces let routes refer to them. */
export interface BackendResolver {
  resolve(ref: HttpBackendRef, routeNamespace: string): ResolvedBackend;
}

export function createBackendResolver(
  services: readonly Service[],
  grants: readonly ReferenceGrant[],
): BackendResolver {
  const byKey = new Map(services.map((service) => [keyOf(service.metadata), service]));
  return {
    resolve(ref, routeNamespace) {
      const { group = '', kind = 'Service', name, port } = ref;
      const namespace = ref.namespace ?? routeNamespace;
      const bad = (reason: string, message: string) => ({
        service: undefined,
        verdict: { ok: false, reason, message },
      });
      if (group !== '' || kind !== 'Service') {
        return bad('InvalidKind', `backend ${name} is a ${group || 'core'}/${kind}; expected a Service`);
      }
      if (namespace !== routeNamespace && !isGranted(grants, routeNamespace, namespace, name)) {
        return bad(
          'RefNotPermitted',
          `no ReferenceGrant in namespace ${namespace} lets HTTPRoutes of ${routeNamespace} use Service ${name}`,
        );
      }
      const service = byKey.get(`${namespace}/${name}`);
      if (!service) return bad('BackendNotFound', `Service ${namespace}/${name} does not exist`);
      const servicePort = service.spec.ports?.find((candidate) => candidate.port === port);
      if (port === undefined || !servicePort) {
        const known = service.spec.ports?.map((candidate) => candidate.port).join(', ') || 'none';
        return bad(
          'BackendNotFound',
          `Service ${namespace}/${name} has no port ${port ?? '(none given)'}; it has: ${known}`,
        );
      }
      if (servicePort.appProtocol && !plainProtocols.has(servicePort.appProtocol)) {
        return bad(
          'UnsupportedProtocol',
          `port ${port} of Service ${namespace}/${name} speaks ${servicePort.appProtocol}; expected HTTP/1.1`,
        );
      }
      return { service: serviceKey(namespace, name, port), verdict: { ok: true, reason: 'ResolvedRefs', message: '' } };
    },
  };
}

/** What HTTP/1.1 without TLS serves. `kubernetes.io/h2c`, `https` and `grpc` would need another client. */
const plainProtocols = new Set(['http', 'kubernetes.io/ws', 'ws', 'tcp']);

function isGranted(grants: readonly ReferenceGrant[], from: string, to: string, name: string): boolean {
  return grants.some(
    ({ metadata, spec }) =>
      metadata.namespace === to &&
      spec.from.some((f) => f.group === gatewayGroup && f.kind === 'HTTPRoute' && f.namespace === from) &&
      spec.to.some(
        (t) => t.group === '' && t.kind === 'Service' && (t.name === undefined || t.name === '' || t.name === name),
      ),
  );
}
