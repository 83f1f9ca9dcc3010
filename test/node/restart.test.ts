import assert from 'node:assert/strict';
import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { pods, portMapAnnotation, secrets } from '@serval/kube/objects';
import { eventually } from '../support/eventually.ts';
import { isReady, logsAre, podGone, podOf, podWhen, startMachine } from './support.ts';

const server = (port: string) => `
  require('node:http').createServer((_, response) => response.end(String(process.pid))).listen(${port}, process.env.SERVAL_POD_ADDRESS);
`;

for (const stopPods of [true, false]) {
  test(`a Pod goes on in its directory after a node that ${stopPods ? 'was stopped' : 'was killed'}`, async (t) => {
    const machine = await startMachine(t);
    const { client } = machine;
    const volumeMounts = [{ name: 'models', mountPath: '/mnt/models' }];
    await client.create(
      pods,
      podOf('kept', {
        initContainers: [{ name: 'fetch', image: 'test/shell', args: ['echo fetched >> /mnt/models/m'], volumeMounts }],
        containers: [{ name: 'main', image: 'test/shell', args: ['cat /mnt/models/m; exec sleep 60'], volumeMounts }],
        volumes: [{ name: 'models', emptyDir: {} }],
      }),
    );
    const before = await podWhen(client, 'kept', isReady);
    await machine.node.close({ stopPods });
    if (stopPods) {
      const stopped = await client.get(pods, { namespace: 'default', name: 'kept' });
      assert.ok(!isReady(stopped));
      assert.equal(stopped.status?.containerStatuses?.[0]?.state?.terminated?.reason, 'NodeShutdown');
    }
    await machine.restart({ stopPods: false });
    const after = await podWhen(
      client,
      'kept',
      (p) => isReady(p) && p.status?.containerStatuses?.[0]?.restartCount === 1,
    );
    assert.equal(after.metadata.uid, before.metadata.uid);
    assert.equal(after.status?.podIP, before.status?.podIP);
    assert.equal(after.status?.initContainerStatuses?.[0]?.restartCount, 0);
    assert.equal(after.status?.containerStatuses?.[0]?.lastState?.terminated?.reason, 'NodeShutdown');
    await logsAre(machine.node, 'kept', 'main', 'fetched\n');
  });
}

test('a node ends although its API server is gone', async (t) => {
  const machine = await startMachine(t, { lastWordsMs: 100 });
  const spec = { containers: [{ name: 'main', image: 'test/shell', args: ['exec sleep 60'] }] };
  await machine.client.create(pods, podOf('kept', spec));
  await podWhen(machine.client, 'kept', isReady);
  await machine.loseApiServer();
  await machine.node.close({ stopPods: true });
});

test('a node ends although the last of a deleted Pod cannot be told any more', async (t) => {
  const machine = await startMachine(t);
  const told = join(machine.dataDir, 'told');
  const script = `trap 'touch ${told}; exit 0' TERM; echo ready; while :; do sleep 0.02; done`;
  const spec = { containers: [{ name: 'main', image: 'test/shell', args: [script] }] };
  await machine.client.create(pods, podOf('ending', spec));
  await podWhen(machine.client, 'ending', isReady);
  await logsAre(machine.node, 'ending', 'main', 'ready\n');
  let refused = 0;
  await machine.loseApiServer(({ method }) => method !== 'GET' && ++refused > 0);
  await machine.client.delete(pods, { namespace: 'default', name: 'ending' });
  await eventually(() => access(told));
  // The node waits for its last words to be heard.
  const before = refused;
  await eventually(async () => assert.ok(refused >= before + 2));
  await machine.node.close({ stopPods: false });
});

test('a Pod that was deleted while the node was down leaves nothing', async (t) => {
  const machine = await startMachine(t);
  const { client, dataDir } = machine;
  const spec = { containers: [{ name: 'main', image: 'test/shell', args: ['exec sleep 60'] }] };
  await client.create(pods, podOf('asked', spec));
  await client.create(pods, podOf('forced', spec));
  await podWhen(client, 'asked', isReady);
  await podWhen(client, 'forced', isReady);
  await machine.node.close({ stopPods: false });
  await client.delete(pods, { namespace: 'default', name: 'asked' });
  await client.delete(pods, { namespace: 'default', name: 'forced' }, { gracePeriodSeconds: 0 });
  await machine.restart({ stopPods: false });
  await podGone(client, 'asked');
  assert.deepEqual(await readdir(join(dataDir, 'node', 'pods')), []);
});

test('a Pod that is forced away while it takes its time leaves no process', async (t) => {
  const machine = await startMachine(t);
  const { client, dataDir } = machine;
  await client.create(
    pods,
    podOf('slow', {
      terminationGracePeriodSeconds: 600,
      containers: [{ name: 'main', image: 'test/shell', args: ['trap "" TERM; while :; do sleep 0.1; done'] }],
    }),
  );
  const { metadata } = await podWhen(client, 'slow', isReady);
  await client.delete(pods, { namespace: 'default', name: 'slow' });
  await podWhen(client, 'slow', (p) => !isReady(p));
  await client.delete(pods, { namespace: 'default', name: 'slow' }, { gracePeriodSeconds: 0 });
  const directory = join(dataDir, 'node', 'pods', metadata.uid ?? '');
  await eventually(() => assert.rejects(access(directory)));
});

test('without addresses of their own, Pods get ports of their own', async (t) => {
  const machine = await startMachine(t, { podNetwork: 'ports' });
  const { client } = machine;
  for (const name of ['one', 'two']) {
    await client.create(
      pods,
      podOf(name, {
        containers: [
          {
            name: 'main',
            image: 'test/node',
            args: [server('process.env.SERVAL_PORT_8080')],
            ports: [{ containerPort: 8080 }],
            readinessProbe: { tcpSocket: { port: 8080 } },
          },
        ],
      }),
    );
  }
  const answers = [];
  for (const name of ['one', 'two']) {
    const pod = await podWhen(client, name, isReady);
    assert.equal(pod.status?.podIP, '127.0.0.1');
    const ports = JSON.parse(pod.metadata.annotations?.[portMapAnnotation] ?? '{}');
    answers.push(await (await fetch(`http://127.0.0.1:${ports['8080']}/`)).text());
  }
  assert.notEqual(answers[0], answers[1]);
});

test('a changed Secret shows in the volume of a Pod that runs', async (t) => {
  const machine = await startMachine(t);
  const { client } = machine;
  const data = (text: string) => ({ token: Buffer.from(text).toString('base64') });
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'key', namespace: 'default' },
    data: data('one'),
  };
  await client.create(secrets, secret);
  await client.create(
    pods,
    podOf('reader', {
      containers: [
        {
          name: 'main',
          image: 'test/shell',
          args: ['until grep -q two /etc/key/token; do sleep 0.05; done; echo seen; exec sleep 60'],
          volumeMounts: [{ name: 'key', mountPath: '/etc/key' }],
        },
      ],
      volumes: [{ name: 'key', secret: { secretName: 'key' } }],
    }),
  );
  await podWhen(client, 'reader', isReady);
  await client.patch(secrets, { namespace: 'default', name: 'key' }, 'merge', { data: data('two') });
  const response = await machine.node.kubelet({
    method: 'GET',
    path: '/containerLogs/default/reader/main?follow=true',
  });
  for await (const chunk of response.body) {
    assert.equal(Buffer.from(chunk).toString(), 'seen\n');
    break;
  }
});

test('sidecars start before and end after the others', async (t) => {
  const machine = await startMachine(t);
  const { client, dataDir } = machine;
  const marks = join(dataDir, 'marks');
  const env = [{ name: 'MARKS', value: marks }];
  await client.create(
    pods,
    podOf('both', {
      restartPolicy: 'Never',
      initContainers: [
        {
          name: 'side',
          image: 'test/shell',
          restartPolicy: 'Always',
          args: ['touch up; trap "exit 0" TERM; while :; do sleep 0.05; done'],
          env,
          startupProbe: { exec: { command: ['test', '-f', 'up'] } },
        },
      ],
      containers: [{ name: 'main', image: 'test/shell', args: ['touch "$MARKS"'], env }],
    }),
  );
  const pod = await podWhen(client, 'both', (p) => p.status?.phase === 'Succeeded');
  await access(marks);
  assert.equal(pod.status?.initContainerStatuses?.[0]?.state?.terminated?.exitCode, 0);
});
