import type { AnyObject } from '@serval/kube/objects';
import { column, orNone } from '../table/cells.ts';
import { itemsOf, setDefaults } from './defaults/set-defaults.ts';
import type { KindRow } from './define.ts';

const endpointSlices: KindRow = {
  group: 'discovery.k8s.io',
  kind: 'EndpointSlice',
  plural: 'endpointslices',
  generation: 'content',
  columns: [
    column('AddressType', (object) => object['addressType']),
    column('Ports', (object) => portsText(object)),
    column('Endpoints', (object) => addressesText(object)),
  ],
  strategy: {
    defaults(draft) {
      for (const port of itemsOf(draft['ports'])) setDefaults(port, { name: '', protocol: 'TCP' });
    },
  },
};

const ingresses: KindRow = {
  group: 'networking.k8s.io',
  kind: 'Ingress',
  plural: 'ingresses',
  shortNames: ['ing'],
  status: true,
  columns: [
    column('Class', (object) => orNone(object['spec']?.ingressClassName)),
    column('Hosts', (object) => hostsText(object)),
    column('Address', (object) => ingressAddress(object)),
    column('Ports', (object) => (object['spec']?.tls?.length ? '80, 443' : '80')),
  ],
};

const ingressClasses: KindRow = {
  group: 'networking.k8s.io',
  kind: 'IngressClass',
  plural: 'ingressclasses',
  clusterScoped: true,
  generation: 'spec',
  columns: [column('Controller', (object) => object['spec']?.controller)],
};

const leases: KindRow = {
  group: 'coordination.k8s.io',
  kind: 'Lease',
  plural: 'leases',
  columns: [column('Holder', (object) => object['spec']?.holderIdentity)],
};

export const networkRows: readonly KindRow[] = [endpointSlices, ingresses, ingressClasses, leases];

const shownItems = 3;

function portsText(object: AnyObject): string {
  const ports: { port?: number }[] = object['ports'] ?? [];
  if (ports.length === 0) return '<unset>';
  return shorten(ports.map(({ port }) => (port === undefined ? '*' : String(port))));
}

function addressesText(object: AnyObject): string {
  const addresses = ((object['endpoints'] ?? []) as { addresses?: string[] }[]).flatMap(
    ({ addresses: list = [] }) => list,
  );
  return addresses.length === 0 ? '<unset>' : shorten(addresses);
}

function shorten(texts: string[]): string {
  const head = texts.slice(0, shownItems).join(',');
  return texts.length > shownItems ? `${head} + ${texts.length - shownItems} more...` : head;
}

function hostsText(object: AnyObject): string {
  const hosts = ((object['spec']?.rules ?? []) as { host?: string }[]).map(({ host }) => host || '*');
  return hosts.length === 0 ? '*' : shorten(hosts);
}

function ingressAddress(object: AnyObject): string {
  const entries: { ip?: string; hostname?: string }[] = object['status']?.loadBalancer?.ingress ?? [];
  return entries.map(({ ip, hostname }) => ip ?? hostname ?? '').join(',');
}
