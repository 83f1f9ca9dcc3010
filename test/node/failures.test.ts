import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configMaps, events, type Pod, pods } from '@serval/kube/objects';
import { isReady, logsOf, podGone, podOf, podWhen, startMachine } from './support.ts';

const waitingReason = (pod: Pod, index = 0): string | undefined =>
  pod.status?.containerStatuses?.[index]?.state?.waiting?.reason;

test('what is wrong with a container is told as the kubelet tells it', async (t) => {
  const machine = await startMachine(t);
  const { client } = machine;
  const make = (name: string, spec: Pod['spec']) => client.create(pods, podOf(name, spec));

  await t.test('an unknown image leaves it waiting, whatever its command', async () => {
    await make('unknown', { containers: [{ name: 'main', image: 'acme/thing:1', command: ['/bin/true'] }] });
    const pod = await podWhen(client, 'unknown', (p) => waitingReason(p) === 'ImageNotAvailable');
    const message = pod.status?.containerStatuses?.[0]?.state?.waiting?.message ?? '';
    assert.match(message, /"acme\/thing:1"/);
    assert.ok(message.includes(`${machine.dataDir}/images.yaml`));
    assert.equal(pod.status?.phase, 'Pending');
  });

  await t.test('a missing ConfigMap is named, and the container starts once it is there', async () => {
    const env = [{ name: 'GREETING', valueFrom: { configMapKeyRef: { name: 'words', key: 'greeting' } } }];
    await make('config', {
      containers: [{ name: 'main', image: 'test/shell', args: ['echo $GREETING; sleep 60'], env }],
    });
    const pod = await podWhen(client, 'config', (p) => waitingReason(p) === 'CreateContainerConfigError');
    assert.equal(pod.status?.containerStatuses?.[0]?.state?.waiting?.message, 'configmap "words" not found');
    await client.create(configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'words', namespace: 'default' },
      data: { greeting: 'hello' },
    });
    await podWhen(client, 'config', isReady);
  });

  await t.test('a program that is not there is a start error', async () => {
    await make('absent', {
      restartPolicy: 'Never',
      containers: [{ name: 'main', image: 'test/node', command: ['/no/such'] }],
    });
    const pod = await podWhen(client, 'absent', (p) => p.status?.phase === 'Failed');
    const terminated = pod.status?.containerStatuses?.[0]?.state?.terminated;
    assert.equal(terminated?.exitCode, 128);
    assert.equal(terminated?.reason, 'StartError');
    assert.match(terminated?.message ?? '', /\/no\/such/);
  });

  await t.test(
    'a crash is restarted at once, then backs off, with the exit code and the last log lines kept',
    async () => {
      await make('crash', {
        containers: [
          {
            name: 'main',
            image: 'test/shell',
            args: ['echo going down >&2; exit 3'],
            terminationMessagePolicy: 'FallbackToLogsOnError',
          },
        ],
      });
      const pod = await podWhen(client, 'crash', (p) => waitingReason(p) === 'CrashLoopBackOff');
      const [status] = pod.status?.containerStatuses ?? [];
      assert.equal(status?.restartCount, 1);
      assert.match(
        status?.state?.waiting?.message ?? '',
        /^back-off 10s restarting failed container=main pod=crash_default\(/,
      );
      assert.equal(status?.lastState?.terminated?.exitCode, 3);
      assert.equal(status?.lastState?.terminated?.message, 'going down\n');
      assert.equal(pod.status?.phase, 'Running');
      assert.equal(await logsOf(machine.node, 'crash', 'main', 'previous=true'), 'going down\n');
      const found = (await client.list(events, { namespace: 'default' })).items.filter(
        (e) => e.involvedObject.name === 'crash',
      );
      assert.ok(found.some((e) => e.reason === 'Started' && e.involvedObject.fieldPath === 'spec.containers{main}'));
      assert.ok(found.some((e) => e.reason === 'BackOff'));
      await client.delete(pods, { namespace: 'default', name: 'crash' });
      await podGone(client, 'crash');
    },
  );

  await t.test('a failing init container of a Pod that never restarts fails the Pod', async () => {
    await make('init', {
      restartPolicy: 'Never',
      initContainers: [
        { name: 'fetch', image: 'test/shell', args: ['echo no such model > "$SERVAL_TERMINATION_LOG"; exit 1'] },
      ],
      containers: [{ name: 'main', image: 'test/shell', args: ['sleep 60'] }],
    });
    const pod = await podWhen(client, 'init', (p) => p.status?.phase === 'Failed');
    assert.equal(pod.status?.initContainerStatuses?.[0]?.state?.terminated?.message, 'no such model\n');
    assert.equal(waitingReason(pod), 'PodInitializing');
  });

  await t.test('a Pod that takes longer than its deadline fails', async () => {
    await make('late', {
      activeDeadlineSeconds: 1,
      containers: [{ name: 'main', image: 'test/shell', args: ['exec sleep 60'] }],
    });
    const pod = await podWhen(client, 'late', (p) => p.status?.phase === 'Failed');
    assert.equal(pod.status?.reason, 'DeadlineExceeded');
  });

  await t.test('a Pod that has done its work succeeds', async () => {
    await make('done', { restartPolicy: 'Never', containers: [{ name: 'main', image: 'test/shell', args: ['true'] }] });
    const pod = await podWhen(client, 'done', (p) => p.status?.phase === 'Succeeded');
    assert.equal(pod.status?.containerStatuses?.[0]?.state?.terminated?.reason, 'Completed');
    const ready = pod.status?.conditions?.find(({ type }) => type === 'Ready');
    assert.deepEqual([ready?.status, ready?.reason], ['False', 'PodCompleted']);
  });
});

test('a liveness probe that fails restarts the container', async (t) => {
  const { client } = await startMachine(t);
  const script = 'touch alive; sleep 0.3; rm alive; trap "exit 0" TERM; while :; do sleep 0.1; done';
  await client.create(
    pods,
    podOf('sick', {
      containers: [
        {
          name: 'main',
          image: 'test/shell',
          args: [script],
          livenessProbe: {
            exec: { command: ['test', '-f', 'alive'] },
            periodSeconds: 1,
            failureThreshold: 1,
            initialDelaySeconds: 1,
          },
        },
      ],
    }),
  );
  const pod = await podWhen(client, 'sick', (p) => (p.status?.containerStatuses?.[0]?.restartCount ?? 0) > 0);
  assert.equal(pod.status?.containerStatuses?.[0]?.lastState?.terminated?.exitCode, 0);
});
