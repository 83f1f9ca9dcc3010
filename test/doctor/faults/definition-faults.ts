import { bundle, definition, type Fault, gateway, notReady, release, set, withoutTimeouts } from './plan.ts';

export const definitionFaults: readonly Fault[] = [
  {
    name: 'a definition of Serval is missing',
    plant: (p) => {
      p.definitions.items = p.definitions.items.filter(({ metadata }) => !metadata.name?.startsWith('servingruntimes'));
    },
    ids: ['serving-api-missing'],
  },
  {
    name: 'the Gateway API is not installed',
    plant: (p) => {
      p.definitions.items = p.definitions.items.filter(({ spec }) => spec.group !== 'gateway.networking.k8s.io');
      for (const kind of ['gateways', 'gatewayClasses', 'routes', 'referenceGrants'] as const)
        (p as never as Record<string, unknown>)[kind] = { unread: 'the API server does not serve this kind' };
      p.probes = { unread: 'the Gateway has no address' } as never;
      notReady(p);
    },
    ids: ['gateway-api-missing'],
  },
  {
    name: 'HTTPRoute is served in v1beta1 only',
    plant: (p) => {
      for (const version of definition(p, 'httproutes').spec.versions)
        if (version.name === 'v1') version.name = 'v1beta1';
    },
    ids: ['gateway-api-unserved', 'field-unserved'],
  },
  {
    name: 'a definition is not established',
    plant: (p) => set(definition(p, 'gateways').status?.conditions, 'Established', 'False'),
    ids: ['gateway-api-unserved'],
  },
  {
    name: 'a field was applied that the definitions do not know',
    plant: (p) => {
      gateway(p).metadata.annotations = {
        'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({
          spec: { gatewayClassName: 'serval', unknownField: { labels: { 'a.b/c': 'd' } } },
        }),
      };
    },
    ids: ['field-dropped'],
  },
  {
    name: 'definitions of release 1.1, without timeouts',
    plant: (p) => {
      bundle(p, 'v1.1.0');
      withoutTimeouts(p);
    },
    ids: ['gateway-api-old'],
  },
  { name: 'definitions of release 1.0', plant: (p) => bundle(p, 'v1.0.0'), ids: ['gateway-api-old'] },
  {
    name: 'definitions of two releases',
    plant: (p) => {
      definition(p, 'gateways').metadata.annotations = { [release]: 'v1.9.0' };
    },
    ids: ['gateway-api-mixed'],
  },
  {
    name: 'definitions of two channels',
    plant: (p) => {
      Object.assign(definition(p, 'httproutes').metadata.annotations ?? {}, {
        'gateway.networking.k8s.io/channel': 'experimental',
      });
    },
    ids: ['gateway-api-mixed'],
  },
  { name: 'a definition without a field that is written', plant: withoutTimeouts, ids: ['field-unserved'] },
];
