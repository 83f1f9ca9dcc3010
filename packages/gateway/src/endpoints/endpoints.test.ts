import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EndpointSlice, Service } from '@serval/kube/objects';
import { service } from '../testing/objects.ts';
import { parseClusterName } from './cluster-names.ts';
import { compileEndpoints } from './endpoint-table.ts';

const slice = (name: string, more: Partial<EndpointSlice>): EndpointSlice => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name, namespace: 'default', labels: { 'kubernetes.io/service-name': 'iris' } },
  addressType: 'IPv4',
  endpoints: [],
  ...more,
});

test('a Service port leads to the ports of its name, ready endpoints only, each once', () => {
  const iris: Service = {
    ...service('iris'),
    spec: {
      ports: [
        { name: 'http', port: 80 },
        { name: 'grpc', port: 9000 },
        { name: 'none', port: 1 },
      ],
    },
  };
  const ports = [
    { name: 'http', port: 8080 },
    { name: 'grpc', port: 8081 },
  ];
  const slices = [
    slice('a', {
      ports,
      endpoints: [
        { addresses: ['127.1.0.1'], conditions: { ready: true } },
        { addresses: ['127.1.0.2'], conditions: { ready: false, serving: true, terminating: true } },
        { addresses: ['127.1.0.3'] },
      ],
    }),
    slice('b', { ports: [{ name: 'http', port: 9999 }], endpoints: [{ addresses: ['127.1.0.1'] }] }),
    slice('c', { ports, addressType: 'IPv6', endpoints: [{ addresses: ['::1'] }] }),
    slice('d', { ports, endpoints: [{ addresses: ['127.1.0.1'] }] }),
    slice('e', {
      ports,
      metadata: { name: 'e', namespace: 'other', labels: { 'kubernetes.io/service-name': 'iris' } },
    }),
  ];
  assert.deepEqual(Object.fromEntries(compileEndpoints([iris], slices)), {
    'default/iris:80': ['127.1.0.1:8080', '127.1.0.3:8080', '127.1.0.1:9999', '[::1]:8080'],
    'default/iris:9000': ['127.1.0.1:8081', '127.1.0.3:8081', '[::1]:8081'],
    'default/iris:1': [],
  });
});

test('names of the cluster, and names that only look like them', () => {
  const isService = (namespace: string, name: string) => namespace === 'default' && name === 'iris';
  const iris = { namespace: 'default', name: 'iris' };
  const cases: [string, { namespace: string; name: string } | undefined][] = [
    ['iris.default.svc.cluster.local', iris],
    ['iris.default.svc.cluster.local.', iris],
    ['IRIS.default.svc', iris],
    ['iris.default', iris],
    ['other.default', undefined],
    ['example.com', undefined],
    ['gone.default.svc', { namespace: 'default', name: 'gone' }],
    ['iris.default.svc.example.com', undefined],
    ['iris', undefined],
    ['.default.svc', undefined],
  ];
  for (const [name, expected] of cases) assert.deepEqual(parseClusterName(name, isService), expected, name);
});
