import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Pod, portMapAnnotation, type Service } from '@serval/kube/objects';
import { renderSlices } from './slices.ts';

const service: Service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'a', uid: 's', labels: { team: 'x' } },
  spec: {
    selector: { app: 'web' },
    ports: [
      { name: 'http', port: 80, targetPort: 'http' },
      { name: 'metrics', port: 9090 },
    ],
  },
};
function pod(
  name: string,
  more: {
    ready?: boolean;
    ip?: string;
    port?: number;
    map?: object;
    deleting?: boolean;
    phase?: 'Running' | 'Failed';
  } = {},
): Pod {
  const { ready = true, ip = `127.0.1.${name.length}`, port = 8080, map, deleting, phase = 'Running' } = more;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'a',
      uid: name,
      ...(map ? { annotations: { [portMapAnnotation]: JSON.stringify(map) } } : {}),
      ...(deleting ? { deletionTimestamp: '2030-01-01T00:00:00Z' } : {}),
    },
    spec: { nodeName: 'n', containers: [{ name: 'c', ports: [{ name: 'http', containerPort: port }] }] },
    status: { phase, podIP: ip, conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  };
}
const brief = (pods: Pod[], wanted = service) =>
  renderSlices(wanted, pods).map(({ ports, endpoints }) => [
    ports?.map(({ port }) => port),
    endpoints.map(({ addresses, conditions }) =>
      [
        addresses[0],
        conditions?.ready && 'ready',
        conditions?.serving && 'serving',
        conditions?.terminating && 'terminating',
      ]
        .filter(Boolean)
        .join(' '),
    ),
  ]);

test('endpoints say whether they are ready, still serving, or going', () => {
  const pods = [
    pod('a'),
    pod('bb', { ready: false }),
    pod('ccc', { deleting: true }),
    pod('dddd', { phase: 'Failed' }),
    pod('eeeee', { ip: '' }),
  ];
  assert.deepEqual(brief(pods), [
    [
      [8080, 9090],
      ['127.0.1.1 ready serving', '127.0.1.2', '127.0.1.3 serving terminating'],
    ],
  ]);
  const [slice] = renderSlices(service, pods);
  assert.equal(slice?.metadata.labels?.['kubernetes.io/service-name'], 'web');
  assert.equal(slice?.metadata.labels?.['team'], 'x');
  assert.equal(slice?.metadata.ownerReferences?.[0]?.uid, 's');
  const eager = { ...service, spec: { ...service.spec, publishNotReadyAddresses: true } };
  assert.deepEqual(brief([pod('bb', { ready: false })], eager), [[[8080, 9090], ['127.0.1.2 ready']]]);
});

test('Pods that listen elsewhere are in slices of their own, of the same name every time', () => {
  const pods = [
    pod('a'),
    pod('bb', { port: 8000 }),
    pod('ccc', { ip: '127.0.0.1', map: { 8080: 41_000, 9090: 41_001 } }),
  ];
  assert.deepEqual(brief(pods), [
    [[8080, 9090], ['127.0.1.1 ready serving']],
    [[8000, 9090], ['127.0.1.2 ready serving']],
    [[41_000, 41_001], ['127.0.0.1 ready serving']],
  ]);
  const names = (list: Pod[]) =>
    renderSlices(service, list)
      .map(({ metadata }) => metadata.name)
      .sort();
  assert.deepEqual(names([...pods].reverse()), names(pods));
});

test('a Service without Pods has an empty slice, one with many has several', () => {
  assert.deepEqual(brief([]), [[[], []]]);
  const many = Array.from({ length: 150 }, (_, index) => pod(`p${index}`, { ip: `127.0.2.${index}` }));
  assert.deepEqual(
    renderSlices(service, many).map(({ endpoints }) => endpoints.length),
    [100, 50],
  );
  const missing = { ...service, spec: { ...service.spec, ports: [{ port: 80, targetPort: 'nowhere' }] } };
  assert.deepEqual(brief([pod('a')], missing), [[[], ['127.0.1.1 ready serving']]]);
});
