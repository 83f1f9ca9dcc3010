import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pods } from '@serval/kube/objects';
import { isReady, logsAre, podGone, podOf, podWhen, startMachine } from './support.ts';

const server = `
  const { createServer } = require('node:http');
  createServer((_, response) => response.end('hello')).listen(8080, process.env.SERVAL_POD_ADDRESS, () => console.log('listening'));
  process.on('SIGTERM', () => { console.log('bye'); process.exit(0); });
`;

test('a Pod is bound, initialised, started, probed, read, deleted', async (t) => {
  const machine = await startMachine(t);
  const { client } = machine;
  await client.create(
    pods,
    podOf('web', {
      initContainers: [
        {
          name: 'fetch',
          image: 'test/shell',
          args: ['echo model > /mnt/models/m'],
          volumeMounts: [{ name: 'models', mountPath: '/mnt/models' }],
        },
      ],
      containers: [
        {
          name: 'main',
          image: 'test/node',
          args: [server],
          ports: [{ containerPort: 8080, name: 'http' }],
          readinessProbe: { httpGet: { path: '/', port: 'http' } },
          volumeMounts: [{ name: 'models', mountPath: '/mnt/models', readOnly: true }],
        },
      ],
      volumes: [{ name: 'models', emptyDir: {} }],
    }),
  );
  const pod = await podWhen(client, 'web', isReady);
  assert.equal(pod.spec.nodeName, 'here');
  assert.match(pod.status?.podIP ?? '', /^127\.(?!0\.)/);
  assert.equal(await (await fetch(`http://${pod.status?.podIP}:8080/`)).text(), 'hello');
  await logsAre(machine.node, 'web', 'main', 'listening\n');
  await client.delete(pods, { namespace: 'default', name: 'web' });
  await podGone(client, 'web');
  await assert.rejects(fetch(`http://${pod.status?.podIP}:8080/`));
});

test('a Pod that is deleted is unready before its process hears of it, and leaves no process', async (t) => {
  const machine = await startMachine(t, { drainDelayMs: 300 });
  const { client } = machine;
  await client.create(
    pods,
    podOf('web', {
      terminationGracePeriodSeconds: 1,
      containers: [
        {
          name: 'main',
          image: 'test/shell',
          ports: [{ containerPort: 8080 }],
          lifecycle: { preStop: { exec: { command: ['touch', 'asked'] } } },
          args: [
            'echo up; trap "echo heard; test -f asked && echo after preStop" TERM; sleep 300 & while :; do wait; done',
          ],
        },
      ],
    }),
  );
  await podWhen(client, 'web', isReady);
  const follow = await machine.node.kubelet({ method: 'GET', path: '/containerLogs/default/web/main?follow=true' });
  await client.delete(pods, { namespace: 'default', name: 'web' });
  await podWhen(client, 'web', (pod) => !isReady(pod));
  await logsAre(machine.node, 'web', 'main', 'up\n');
  const chunks: Uint8Array[] = [];
  for await (const chunk of follow.body) chunks.push(chunk);
  assert.equal(Buffer.concat(chunks).toString(), 'up\nheard\nafter preStop\n');
  await podGone(client, 'web');
  const pod = await machine.node.kubelet({ method: 'GET', path: '/containerLogs/default/web/main' });
  assert.equal(pod.status, 404);
});
