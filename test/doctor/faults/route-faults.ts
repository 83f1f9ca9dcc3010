import {
  answered,
  backend,
  type Fault,
  first,
  irisRoute,
  listener,
  notReady,
  parentConditions,
  parentsOf,
  rival,
  set,
  setting,
  toController,
  withoutEndpoints,
} from './plan.ts';

export const routeFaults: readonly Fault[] = [
  {
    name: 'the gateway cannot do what a service asks for',
    plant: (p) => {
      toController(p, 'gateway.nginx.org/nginx-gateway-controller', 'nginx');
    },
    ids: ['feature-unsupported'],
  },
  {
    name: 'no controller has given an Ingress an address',
    plant: (p) => {
      setting(p, 'ingress', { enableGatewayApi: false });
      p.routes.items = [];
      p.ingresses.items.push({
        apiVersion: 'networking.k8s.io/v1',
        kind: 'Ingress',
        metadata: { namespace: 'default', name: 'iris', labels: { 'serving.kserve.io/inferenceservice': 'iris' } },
        spec: {},
      });
      notReady(p);
    },
    ids: ['ingress-address-missing'],
  },
  {
    name: 'an Ingress is gone',
    plant: (p) => {
      setting(p, 'ingress', { enableGatewayApi: false });
      p.routes.items = [];
      notReady(p);
    },
    ids: ['route-missing'],
  },
  {
    name: 'a route is gone',
    plant: (p) => {
      p.routes.items = p.routes.items.filter(({ metadata }) => metadata.name !== 'iris');
      answered(p, { status: 404 });
    },
    ids: ['route-missing'],
  },
  {
    name: 'a route is at another Gateway',
    plant: (p) => {
      for (const route of p.routes.items) first(route.spec.parentRefs).name = 'other';
      answered(p, { status: 404 });
    },
    ids: ['route-elsewhere'],
  },
  {
    name: 'the listener takes routes of its own namespace only',
    plant: (p) => {
      listener(p).allowedRoutes = { namespaces: { from: 'Same' } };
      parentConditions(p, (conditions) => set(conditions, 'Accepted', 'False', { reason: 'NotAllowedByListeners' }));
      answered(p, { status: 404 });
    },
    ids: ['route-namespace-refused'],
  },
  {
    name: 'the listener says nothing of namespaces, which means its own',
    plant: (p) => {
      delete listener(p).allowedRoutes;
    },
    ids: ['route-namespace-refused'],
  },
  {
    name: 'the namespace lacks the label that the listener selects by',
    plant: (p) => {
      listener(p).allowedRoutes = {
        namespaces: { from: 'Selector', selector: { matchLabels: { team: 'models' } } },
      };
    },
    ids: ['route-namespace-refused'],
  },
  {
    name: 'the listener takes GRPCRoutes only',
    plant: (p) => {
      listener(p).allowedRoutes = { namespaces: { from: 'All' }, kinds: [{ kind: 'GRPCRoute' }] };
    },
    ids: ['route-kind-refused'],
  },
  {
    name: 'the hostname of the listener does not cover the route',
    plant: (p) => {
      listener(p).hostname = '*.example.com';
      parentConditions(p, (conditions) =>
        set(conditions, 'Accepted', 'False', { reason: 'NoMatchingListenerHostname' }),
      );
    },
    ids: ['route-host-outside'],
  },
  {
    name: 'two routes claim one host',
    plant: (p) => void rival(p),
    ids: ['route-host-claimed'],
  },
  {
    name: 'a route is refused',
    plant: (p) => {
      parentConditions(p, (conditions) => set(conditions, 'Accepted', 'False'));
      answered(p, { status: 404 });
    },
    ids: ['route-rejected'],
  },
  {
    name: 'only another controller has said something of the routes',
    plant: (p) => parentsOf(p, 'acme.example/controller'),
    ids: ['route-pending'],
  },
  {
    name: 'what is said of a route is of an older generation',
    plant: (p) => {
      irisRoute(p).metadata.generation = 99;
    },
    ids: ['route-pending'],
  },
  {
    name: 'whether a route is accepted is Unknown',
    plant: (p) => parentConditions(p, (conditions) => set(conditions, 'Accepted', 'Unknown')),
    ids: ['route-pending'],
  },
  {
    name: 'a route leads into another namespace without a grant',
    plant: (p) => {
      const moved = structuredClone(backend(p));
      moved.metadata.namespace = 'others';
      p.kubeServices.items.push(moved);
      const slices = structuredClone(p.endpointSlices.items);
      for (const { metadata } of slices) metadata.namespace = 'others';
      p.endpointSlices.items.push(...slices);
      for (const route of p.routes.items) {
        for (const rule of route.spec.rules ?? []) first(rule.backendRefs).namespace = 'others';
      }
      parentConditions(p, (conditions) => set(conditions, 'ResolvedRefs', 'False', { reason: 'RefNotPermitted' }));
    },
    ids: ['backend-ungranted'],
  },
  {
    name: 'the Service behind a route is gone',
    plant: (p) => {
      p.kubeServices.items = [];
      parentConditions(p, (conditions) => set(conditions, 'ResolvedRefs', 'False', { reason: 'BackendNotFound' }));
      answered(p, { status: 500 });
    },
    ids: ['backend-missing'],
  },
  {
    name: 'the Service does not have the port',
    plant: (p) => {
      first(backend(p).spec.ports).port = 8888;
      answered(p, { status: 500 });
    },
    ids: ['backend-port-missing'],
  },
  {
    name: 'a reference does not resolve',
    plant: (p) => parentConditions(p, (conditions) => set(conditions, 'ResolvedRefs', 'False')),
    ids: ['route-unresolved'],
  },
  {
    name: 'Kong has not configured a route',
    plant: (p) =>
      parentConditions(p, (conditions) => {
        conditions.push({ type: 'Programmed', status: 'Unknown', reason: 'Unknown' });
      }),
    ids: ['route-not-programmed'],
  },
  {
    name: 'no endpoint is ready',
    plant: (p) => {
      withoutEndpoints(p);
      answered(p, { status: 503 });
    },
    ids: ['backend-endpoints-missing'],
  },
  {
    name: 'nothing answers at the address',
    plant: (p) => answered(p, { failure: 'ECONNREFUSED' }),
    ids: ['probe-unreachable'],
  },
  { name: 'the gateway answers 404', plant: (p) => answered(p, { status: 404 }), ids: ['probe-not-found'] },
  { name: 'the gateway answers 500', plant: (p) => answered(p, { status: 500 }), ids: ['probe-failed'] },
  { name: 'the gateway answers 503', plant: (p) => answered(p, { status: 503 }), ids: ['probe-unavailable'] },
  { name: 'the gateway answers 504', plant: (p) => answered(p, { status: 504 }), ids: ['probe-unavailable'] },
];
