import assert from 'node:assert/strict';
import { configMap, conformance } from './support.ts';

conformance('access, events and races', async (t, kubectl) => {
  await t.test('who am I, and what may I do', async () => {
    assert.match(await kubectl('auth', 'whoami'), /Username\s+\S+/);
    assert.equal(JSON.parse(await kubectl('auth', 'whoami', '-o', 'json')).kind, 'SelfSubjectReview');
    assert.equal(await kubectl('auth', 'can-i', 'create', 'deployments.apps'), 'yes\n');
    assert.equal(await kubectl('auth', 'can-i', 'get', '/healthz'), 'yes\n');
    assert.match(await kubectl('auth', 'can-i', '--list'), /\*\.\*\s+\[\]\s+\[\]\s+\[\*\]/);
    const token = 'not-a-token';
    const denied = await kubectl.fails(['get', 'pods', '--token', token]);
    assert.match(denied, /Unauthorized|must be logged in|forbidden/i);
    assert.doesNotMatch(denied, new RegExp(token));
  });

  await t.test('access rules hold for users and for tokens of ServiceAccounts', async () => {
    const user = `someone-of-${kubectl.namespace}`;
    const denied = await kubectl.fails(['get', 'pods', '--as', user]);
    assert.match(
      denied,
      /\(Forbidden\).*User "someone-of-\S+" cannot list resource "pods" in API group "" in the namespace/,
    );
    await kubectl.fails(['auth', 'can-i', 'list', 'pods', '--as', user]);
    await kubectl('create', 'rolebinding', 'viewer', '--clusterrole=view', `--user=${user}`);
    assert.equal(await kubectl('auth', 'can-i', 'list', 'pods', '--as', user), 'yes\n');
    assert.match(await kubectl('get', 'pods', '--as', user, '-o', 'name'), /^$/);
    await kubectl('create', 'serviceaccount', 'robot');
    const token = (await kubectl('create', 'token', 'robot')).trim();
    assert.match(await kubectl.fails(['get', 'cm', '--token', token]), /\(Forbidden\).*:robot" cannot list resource/);
    await kubectl('create', 'role', 'reader', '--verb=get,list', '--resource=configmaps');
    await kubectl('create', 'rolebinding', 'reader', '--role=reader', `--serviceaccount=${kubectl.namespace}:robot`);
    await kubectl('get', 'cm', '--token', token);
    assert.match(await kubectl.fails(['get', 'secrets', '--token', token]), /\(Forbidden\)/);
  });

  await t.test('events are listed and described with what they are about', async () => {
    await kubectl.create(configMap('subject'));
    const { metadata } = await kubectl.read('cm', 'subject');
    const now = new Date().toISOString().replace(/\.\d+/, '');
    await kubectl.create({
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'subject.1' },
      involvedObject: {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        name: 'subject',
        namespace: kubectl.namespace,
        uid: metadata.uid,
      },
      reason: 'Tested',
      message: 'all is well',
      type: 'Normal',
      source: { component: 'conformance' },
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
    });
    assert.match(await kubectl('get', 'events'), /Normal\s+Tested\s+configmap\/subject\s+all is well/);
    assert.match(await kubectl('events', '--for', 'configmap/subject'), /Tested\s+ConfigMap\/subject\s+all is well/);
    assert.match(
      await kubectl('get', 'events', '--field-selector=involvedObject.name=subject,type=Normal', '-o', 'name'),
      /event\/subject\.1/,
    );
    assert.match(await kubectl('describe', 'cm', 'subject'), /Events:[\s\S]*Tested\s+\S+\s+conformance\s+all is well/);
    assert.match(await kubectl('get', 'events.events.k8s.io', '-o', 'jsonpath={.items[*].note}'), /all is well/);
  });

  await t.test('patches race and all get through; a stale replace does not', async () => {
    await kubectl.create(configMap('race'));
    const stale = await kubectl.read('cm', 'race');
    await Promise.all(
      Array.from({ length: 8 }, (_, i) =>
        kubectl('patch', 'cm', 'race', '--type=merge', '-p', JSON.stringify({ data: { [`k${i}`]: 'v' } })),
      ),
    );
    const live = await kubectl.read('cm', 'race');
    assert.equal(Object.keys(live.data).length, 8);
    assert.match(await kubectl.fails(['replace', '-f', '-'], JSON.stringify(stale)), /\(Conflict\)/);
    assert.match(
      await kubectl.fails([
        'patch',
        'cm',
        'race',
        '--type=merge',
        '-p',
        JSON.stringify({ metadata: { resourceVersion: stale.metadata.resourceVersion }, data: { z: 'z' } }),
      ]),
      /\(Conflict\).*the object has been modified/,
    );
    const creates = await Promise.all(
      Array.from({ length: 4 }, () => kubectl.try(['create', 'configmap', 'only-one'])),
    );
    assert.equal(creates.filter(({ code }) => code === 0).length, 1);
  });
});
