import {
  answered,
  type Fault,
  first,
  gateway,
  gatewayDown,
  kongProxy,
  listener,
  listenerStatus,
  notReady,
  parentsOf,
  set,
  setting,
  toKong,
  unmanaged,
} from './plan.ts';

export const gatewayFaults: readonly Fault[] = [
  {
    name: 'the configured Gateway does not exist',
    plant: (p) => {
      setting(p, 'ingress', { kserveIngressGateway: 'nowhere/front' });
      notReady(p);
    },
    ids: ['gateway-missing'],
  },
  {
    name: 'the class does not exist',
    plant: (p) => {
      gatewayDown(p);
      p.gatewayClasses.items = [];
    },
    ids: ['class-missing'],
  },
  {
    name: 'the class is refused',
    plant: (p) => {
      gatewayDown(p);
      set(first(p.gatewayClasses.items).status?.conditions, 'Accepted', 'False');
    },
    ids: ['class-rejected'],
  },
  {
    name: 'nobody takes up the class',
    plant: (p) => {
      gatewayDown(p);
      delete first(p.gatewayClasses.items).status;
    },
    ids: ['class-pending'],
  },
  {
    name: "Kong's class lacks the annotation for unmanaged gateways",
    plant: (p) => {
      toKong(p);
      gatewayDown(p);
    },
    ids: ['kong-class-managed'],
  },
  {
    name: 'the controller of the class is unknown',
    plant: (p) => {
      first(p.gatewayClasses.items).spec.controllerName = 'acme.example/controller';
      parentsOf(p, 'acme.example/controller');
    },
    ids: ['class-controller-unknown'],
  },
  {
    name: 'a class is named like one product and owned by another',
    plant: (p) => {
      first(p.gatewayClasses.items).metadata.name = 'istio';
      gateway(p).spec.gatewayClassName = 'istio';
    },
    ids: ['class-name-misleading'],
  },
  {
    name: 'infrastructure is set where nobody acts on it',
    plant: (p) => void Object.assign(gateway(p).spec, { infrastructure: { labels: { a: 'b' } } }),
    ids: ['infrastructure-ignored'],
  },
  {
    name: 'an unmanaged Gateway without a proxy Service',
    plant: (p) => {
      toKong(p, unmanaged);
      gatewayDown(p);
    },
    ids: ['data-plane-unknown'],
  },
  {
    name: 'the proxy Service that Kong is told of does not exist',
    plant: (p) => {
      toKong(p, unmanaged);
      gatewayDown(p);
      gateway(p).metadata.annotations = { 'konghq.com/publish-service': 'kong/proxy' };
    },
    ids: ['data-plane-missing'],
  },
  {
    name: 'the proxy has no ready endpoint',
    plant: (p) => {
      toKong(p, unmanaged);
      kongProxy(p);
      const slice = p.endpointSlices.items.at(-1);
      slice!.endpoints[0]!.conditions = { ready: false };
      answered(p, { failure: 'ECONNREFUSED' });
    },
    ids: ['data-plane-unready'],
  },
  {
    name: 'the proxy does not expose the port of the listener',
    plant: (p) => {
      toKong(p, unmanaged);
      kongProxy(p, 1);
      set(listenerStatus(p).conditions, 'Accepted', 'False', { reason: 'PortUnavailable' });
    },
    ids: ['listener-port-closed'],
  },
  {
    name: 'no listener speaks HTTP',
    plant: (p) => {
      listener(p).protocol = 'TCP';
    },
    ids: ['listener-missing'],
  },
  {
    name: 'two listeners are the same',
    plant: (p) => {
      gateway(p).spec.listeners.push({ ...listener(p), name: 'twin' });
    },
    ids: ['listener-conflicted'],
  },
  {
    name: 'the implementation calls a listener conflicted',
    plant: (p) => {
      listenerStatus(p).conditions.push({ type: 'Conflicted', status: 'True', reason: 'HostnameConflict' });
    },
    ids: ['listener-conflicted'],
  },
  {
    name: 'a listener is refused, and with it the Gateway',
    plant: (p) => {
      set(listenerStatus(p).conditions, 'Accepted', 'False', { reason: 'PortUnavailable' });
      set(gateway(p).status?.conditions, 'Accepted', 'False', { reason: 'ListenersNotValid' });
      set(gateway(p).status?.conditions, 'Programmed', 'False');
    },
    ids: ['listener-rejected'],
  },
  {
    name: 'a certificate of a listener cannot be had',
    plant: (p) => set(listenerStatus(p).conditions, 'ResolvedRefs', 'False', { reason: 'InvalidCertificateRef' }),
    ids: ['listener-unresolved'],
  },
  {
    name: 'a listener is not in the data plane',
    plant: (p) => set(listenerStatus(p).conditions, 'Programmed', 'False'),
    ids: ['listener-not-programmed'],
  },
  {
    name: 'the Gateway is refused',
    plant: (p) => set(gateway(p).status?.conditions, 'Accepted', 'False'),
    ids: ['gateway-rejected'],
  },
  { name: 'nobody takes up the Gateway', plant: gatewayDown, ids: ['gateway-pending'] },
  {
    name: 'what is said of the Gateway is of an older generation',
    plant: (p) => {
      gateway(p).metadata.generation = 99;
    },
    ids: ['gateway-pending'],
  },
  {
    name: 'the Gateway is not in the data plane',
    plant: (p) => set(gateway(p).status?.conditions, 'Programmed', 'False'),
    ids: ['gateway-not-programmed'],
  },
  {
    name: 'whether the Gateway is in the data plane is Unknown',
    plant: (p) => set(gateway(p).status?.conditions, 'Programmed', 'Unknown'),
    ids: ['gateway-not-programmed'],
  },
  {
    name: 'the Gateway has no address',
    plant: (p) => {
      gateway(p).status!.addresses = [];
      p.probes = { unread: 'the Gateway has no address' } as never;
    },
    ids: ['gateway-address-missing'],
  },
  {
    name: 'no route is counted',
    plant: (p) => {
      listenerStatus(p).attachedRoutes = 0;
    },
    ids: ['listener-without-routes'],
  },
];
