import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { kubectlBinaries } from '../support/kubectl.ts';
import { startPlatform, temporaryDirectory } from '../support/serval.ts';
import { type Case, createCase } from './support.ts';

// The machine's own shell stands in for the image, so that the same manifests run on any cluster.
const images = [{ match: 'busybox', command: ['/bin/sh'] }];

test('workloads that run', async (t) => {
  const directory = await temporaryDirectory(t);
  const dataDir = await temporaryDirectory(t);
  await writeFile(join(dataDir, 'images.yaml'), JSON.stringify(images));
  const kubeconfig = process.env['KUBECONFIG_UNDER_TEST'] ?? (await startPlatform(t, { dataDir })).kubeconfig;
  await Promise.all(
    kubectlBinaries().map(async (binary, index) => {
      const own = join(directory, `case-${index}`);
      await mkdir(own);
      const kubectl = await createCase(binary, kubeconfig, 'workloads', own);
      for (const part of [rollout, logs, describe, events, cascades, jobs, namespaces]) {
        await t.test(`${part.name} with ${binary}`, () => part(kubectl));
      }
    }),
  );
});

function sleeper(name: string, says: string, replicas = 1): object {
  const labels = { app: name };
  const command = ['/bin/sh', '-c', `echo ${says}; exec sleep 1000`];
  const containers = [{ name: 'main', image: 'busybox', command }];
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers, terminationGracePeriodSeconds: 2 } },
    },
  };
}

async function rollout(kubectl: Case): Promise<void> {
  await kubectl.apply(sleeper('roll', 'one', 2));
  assert.match(await kubectl('rollout', 'status', 'deployment/roll', '--timeout=30s'), /successfully rolled out/);
  await kubectl('wait', '--for=condition=Available', 'deployment/roll', '--timeout=30s');
  await kubectl.apply(sleeper('roll', 'two', 2));
  await kubectl('rollout', 'status', 'deployment/roll', '--timeout=30s');
  assert.match(await kubectl('rollout', 'history', 'deployment/roll'), /REVISION[\s\S]*\n1\s[\s\S]*\n2\s/);
  assert.match(await kubectl('rollout', 'history', 'deployment/roll', '--revision=1'), /echo one/);
  assert.match(await kubectl('rollout', 'undo', 'deployment/roll'), /rolled back/);
  await kubectl('rollout', 'status', 'deployment/roll', '--timeout=30s');
  const live = await kubectl.read('deployment', 'roll');
  assert.match(JSON.stringify(live.spec.template), /echo one/);
  assert.equal(live.metadata.annotations['deployment.kubernetes.io/revision'], '3');
  await kubectl('rollout', 'restart', 'deployment/roll');
  await kubectl('rollout', 'status', 'deployment/roll', '--timeout=30s');
  await kubectl('rollout', 'pause', 'deployment/roll');
  assert.match(await kubectl.fails(['rollout', 'restart', 'deployment/roll']), /paused/);
  await kubectl('rollout', 'resume', 'deployment/roll');
  await kubectl('scale', 'deployment/roll', '--replicas=1');
  await kubectl('rollout', 'status', 'deployment/roll', '--timeout=30s');
  await eventually(async () => {
    assert.equal((await kubectl('get', 'pods', '-l', 'app=roll', '-o', 'name')).trim().split('\n').length, 1);
  });
}

async function logs(kubectl: Case): Promise<void> {
  assert.match(await kubectl('logs', 'deployment/roll'), /^one$/m);
  const [pod = ''] = (await kubectl('get', 'pods', '-l', 'app=roll', '-o', 'name')).trim().split('\n');
  assert.match(await kubectl('logs', pod, '--timestamps', '--tail=1'), /^\d{4}-\d\d-\d\dT\S+Z one$/m);
  assert.equal(await kubectl('logs', pod, '--tail=0'), '');
  assert.match(await kubectl('logs', '-l', 'app=roll', '--prefix'), /\[pod\/roll-\S+\/main\] one/);
  assert.match(await kubectl.fails(['logs', pod, '-c', 'other']), /container other is not valid for pod/);
  assert.match(await kubectl.fails(['logs', 'no-such-pod']), /NotFound/);
  assert.match(await kubectl.fails(['logs', pod, '--previous']), /previous terminated container .* not found/);
}

async function describe(kubectl: Case): Promise<void> {
  await kubectl('expose', 'deployment', 'roll', '--port=80', '--target-port=8080');
  await kubectl('create', 'serviceaccount', 'robot');
  await kubectl('create', 'secret', 'generic', 'hidden', '--from-literal=key=do-not-show');
  await kubectl('autoscale', 'deployment', 'roll', '--min=1', '--max=1');
  assert.match(
    await kubectl('describe', 'deployment', 'roll'),
    /Replicas:\s+1 desired \| 1 updated \| 1 total \| 1 available[\s\S]*NewReplicaSet:\s+roll-\S+ \(1\/1 replicas created\)[\s\S]*Events:[\s\S]*ScalingReplicaSet/,
  );
  assert.match(
    await kubectl('describe', 'pods', '-l', 'app=roll'),
    /State:\s+Running[\s\S]*Conditions:[\s\S]*Ready\s+True/,
  );
  assert.match(await kubectl('describe', 'rs', '-l', 'app=roll'), /Controlled By:\s+Deployment\/roll/);
  const service = await kubectl('describe', 'service', 'roll');
  // Before 1.31 kubectl looked for Endpoints, which EndpointSlices have replaced.
  assert.match(service, kubectl.minor < 31 ? /TargetPort:\s+8080/ : /Endpoints:\s+[\d.]+:8080/);
  const secret = await kubectl('describe', 'secret', 'hidden');
  assert.match(secret, /key:\s+11 bytes/);
  assert.doesNotMatch(secret, /do-not-show/);
  assert.match(
    await kubectl('describe', 'nodes'),
    /Conditions:[\s\S]*Ready\s+True[\s\S]*Capacity:[\s\S]*Non-terminated Pods:[\s\S]*roll-/,
  );
  assert.match(await kubectl('describe', 'hpa', 'roll'), /Deployment\/roll/);
  assert.match(await kubectl('describe', 'namespace', kubectl.namespace), /Status:\s+Active/);
  assert.match(await kubectl('describe', 'serviceaccount', 'robot'), /Name:\s+robot/);
  for (const kind of [
    'endpointslices',
    'leases',
    'gateways',
    'httproutes',
    'gatewayclasses',
    'crds',
    'configmaps',
    'clusterroles',
    'mutatingwebhookconfigurations',
  ]) {
    const outcome = await kubectl.try(['describe', kind, '-A']);
    if (process.env['KUBECONFIG_UNDER_TEST'] && /doesn't have a resource type/.test(outcome.stderr)) continue;
    assert.equal(outcome.code, 0, `describe ${kind}: ${outcome.stderr}`);
  }
}

async function events(kubectl: Case): Promise<void> {
  assert.match(
    await kubectl('get', 'events', '--sort-by=.lastTimestamp'),
    /Normal\s+ScalingReplicaSet\s+deployment\/roll/,
  );
  assert.match(await kubectl('events', '--for', 'deployment/roll'), /ScalingReplicaSet/);
  assert.match(await kubectl('events', '--types=Normal'), /Started|Created|SuccessfulCreate/);
}

async function cascades(kubectl: Case): Promise<void> {
  const left = async (name: string, kinds: string) =>
    (await kubectl('get', kinds, '-l', `app=${name}`, '-o', 'name')).trim().split('\n').filter(Boolean);
  for (const name of ['back', 'fore', 'keep']) await kubectl.apply(sleeper(name, name));
  for (const name of ['back', 'fore', 'keep'])
    await kubectl('rollout', 'status', `deployment/${name}`, '--timeout=30s');
  await kubectl('delete', 'deployment', 'fore', '--cascade=foreground', '--timeout=30s');
  assert.deepEqual(await left('fore', 'rs'), []);
  await kubectl('delete', 'deployment', 'back', '--timeout=30s');
  await eventually(async () => assert.deepEqual(await left('back', 'rs,pods'), []));
  await kubectl('delete', 'deployment', 'keep', '--cascade=orphan', '--timeout=30s');
  assert.equal((await left('keep', 'rs,pods')).length, 2);
  const [set = ''] = await left('keep', 'rs');
  assert.equal((await kubectl.read(set)).metadata.ownerReferences, undefined);
  await kubectl('delete', set, '--timeout=30s');
  await kubectl('wait', '--for=delete', 'pods', '-l', 'app=keep', '--timeout=30s');
  const [pod = ''] = await left('roll', 'pods');
  await kubectl('delete', pod, '--grace-period=0', '--force');
  await eventually(async () => assert.notEqual((await left('roll', 'pods'))[0], pod));
  await kubectl('rollout', 'status', 'deployment/roll', '--timeout=30s');
}

async function jobs(kubectl: Case): Promise<void> {
  await kubectl('create', 'job', 'good', '--image=busybox', '--', '/bin/sh', '-c', 'echo done');
  await kubectl('wait', '--for=condition=Complete', 'job/good', '--timeout=30s');
  assert.match(await kubectl('get', 'job', 'good'), /good\s+Complete\s+1\/1/);
  assert.equal(await kubectl('logs', 'job/good'), 'done\n');
  assert.match(await kubectl('describe', 'job', 'good'), /1 Succeeded/);
  await kubectl('delete', 'job', 'good');
  await eventually(async () => assert.equal(await kubectl('get', 'pods', '-l', 'job-name=good', '-o', 'name'), ''));
  await kubectl(
    'run',
    'once',
    '--image=busybox',
    '--restart=Never',
    '--command',
    '--',
    '/bin/sh',
    '-c',
    'echo out; exit 3',
  );
  await kubectl('wait', '--for=jsonpath={.status.phase}=Failed', 'pod/once', '--timeout=30s');
  assert.match(await kubectl('get', 'pod', 'once'), /once\s+0\/1\s+Error/);
  assert.equal(await kubectl('logs', 'once'), 'out\n');
  assert.match(await kubectl('describe', 'pod', 'once'), /Exit Code:\s+3/);
}

async function namespaces(kubectl: Case): Promise<void> {
  assert.match(await kubectl('delete', 'namespace', kubectl.namespace, '--timeout=60s'), /deleted/);
  assert.match(await kubectl.fails(['get', 'namespace', kubectl.namespace]), /NotFound/);
  assert.equal(await kubectl('get', 'all,secrets,configmaps', '-o', 'name'), '');
}
