import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadTestCertificate } from './certificate.ts';
import { configMap, conformance } from './support.ts';

conformance('create', async (t, kubectl) => {
  const decoded = (value: string) => Buffer.from(value, 'base64').toString();

  await t.test('namespaces', async () => {
    const name = `${kubectl.namespace}-made`;
    assert.equal(await kubectl('create', 'namespace', name), `namespace/${name} created\n`);
    const made = await kubectl.read('namespace', name);
    assert.deepEqual(made.spec.finalizers, ['kubernetes']);
    assert.equal(made.status.phase, 'Active');
    assert.equal(made.metadata.labels['kubernetes.io/metadata.name'], name);
    assert.match(await kubectl.fails(['create', 'namespace', name]), /AlreadyExists.*namespaces .* already exists/);
    assert.match(await kubectl.fails(['create', 'namespace', 'Bad_Name']), /Invalid value: "Bad_Name"/);
    await kubectl('delete', 'namespace', name, '--wait=false');
  });

  await t.test('config maps from literals and files', async () => {
    const file = join(kubectl.directory, 'settings.ini');
    await writeFile(file, 'a=1\nb=2\n');
    await writeFile(join(kubectl.directory, 'blob'), Buffer.from([0xff, 0xfe, 0]));
    await kubectl(
      'create',
      'configmap',
      'cm',
      '--from-literal=k=v',
      `--from-file=${file}`,
      `--from-file=bin=${join(kubectl.directory, 'blob')}`,
    );
    const made = await kubectl.read('cm', 'cm');
    assert.deepEqual(made.data, { k: 'v', 'settings.ini': 'a=1\nb=2\n' });
    assert.deepEqual(made.binaryData, { bin: '//4A' });
  });

  await t.test('secrets of every type', async () => {
    await kubectl('create', 'secret', 'generic', 'plain', '--from-literal=user=me', '--from-literal=pass=s3cr=t');
    const plain = await kubectl.read('secret', 'plain');
    assert.equal(plain.type, 'Opaque');
    assert.deepEqual([decoded(plain.data.user), decoded(plain.data.pass)], ['me', 's3cr=t']);
    await kubectl(
      'create',
      'secret',
      'docker-registry',
      'pull',
      '--docker-server=r.test',
      '--docker-username=u',
      '--docker-password=p',
    );
    const pull = await kubectl.read('secret', 'pull');
    assert.equal(pull.type, 'kubernetes.io/dockerconfigjson');
    assert.equal(JSON.parse(decoded(pull.data['.dockerconfigjson'])).auths['r.test'].username, 'u');
    const { certificate, key } = await loadTestCertificate(kubectl.directory);
    await kubectl('create', 'secret', 'tls', 'pair', `--cert=${certificate}`, `--key=${key}`);
    const pair = await kubectl.read('secret', 'pair');
    assert.equal(pair.type, 'kubernetes.io/tls');
    assert.deepEqual(Object.keys(pair.data).sort(), ['tls.crt', 'tls.key']);
    assert.match(await kubectl.fails(['patch', 'secret', 'plain', '-p', '{"type":"other"}']), /field is immutable/);
    await kubectl.create({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'text' }, stringData: { a: 'b' } });
    const text = await kubectl.read('secret', 'text');
    assert.deepEqual([text.data, text.stringData], [{ a: 'Yg==' }, undefined]);
  });

  await t.test('workloads', async () => {
    await kubectl('create', 'deployment', 'web', '--image=nginx:1', '--replicas=2', '--port=80');
    const web = await kubectl.read('deployment', 'web');
    assert.equal(web.spec.replicas, 2);
    assert.equal(web.spec.template.spec.containers[0].ports[0].protocol, 'TCP');
    assert.equal(web.spec.template.spec.restartPolicy, 'Always');
    assert.equal(web.spec.strategy.type, 'RollingUpdate');
    await kubectl('create', 'job', 'once', '--image=busybox', '--', 'sh', '-c', 'date');
    const job = await kubectl.read('job', 'once');
    assert.deepEqual(job.spec.template.spec.containers[0].command, ['sh', '-c', 'date']);
    assert.equal(job.spec.backoffLimit, 6);
    await kubectl('run', 'lonely', '--image=nginx', '--labels=a=b', '--env=K=v');
    const lonely = await kubectl.read('pod', 'lonely');
    assert.equal(lonely.metadata.labels.a, 'b');
    assert.equal(lonely.status.phase, 'Pending');
    await kubectl('expose', 'deployment', 'web', '--port=8080', '--target-port=80');
    assert.deepEqual((await kubectl.read('service', 'web')).spec.selector, { app: 'web' });
    await kubectl(
      'autoscale',
      'deployment',
      'web',
      '--min=1',
      '--max=4',
      ...(kubectl.minor >= 34 ? ['--cpu=50%'] : ['--cpu-percent=50']),
    );
    assert.equal((await kubectl.read('hpa', 'web')).spec.maxReplicas, 4);
    assert.match(await kubectl('get', 'hpa'), /web\s+Deployment\/web\s+cpu: <unknown>\/50%\s+1\s+4/);
  });

  await t.test('services', async () => {
    await kubectl('create', 'service', 'clusterip', 'inner', '--tcp=80:8080');
    const inner = await kubectl.read('service', 'inner');
    assert.deepEqual([inner.spec.type, inner.spec.sessionAffinity], ['ClusterIP', 'None']);
    assert.equal(inner.spec.ports[0].targetPort, 8080);
    await kubectl('create', 'service', 'externalname', 'outer', '--external-name=example.test');
    assert.match(await kubectl('get', 'services'), /outer\s+ExternalName\s+<none>\s+example\.test\s+<none>/);
    await kubectl('create', 'service', 'clusterip', 'headless', '--clusterip=None');
    assert.equal((await kubectl.read('service', 'headless')).spec.clusterIP, 'None');
  });

  await t.test('access', async () => {
    await kubectl('create', 'serviceaccount', 'robot');
    await kubectl('create', 'role', 'reader', '--verb=get,list', '--resource=pods,deployments.apps');
    assert.deepEqual(
      (await kubectl.read('role', 'reader')).rules.map((rule: { apiGroups: string[] }) => rule.apiGroups),
      [[''], ['apps']],
    );
    await kubectl('create', 'rolebinding', 'reads', '--role=reader', `--serviceaccount=${kubectl.namespace}:robot`);
    assert.match(
      await kubectl('get', 'rolebindings', '-o', 'wide'),
      new RegExp(`reads\\s+Role/reader\\s+.*${kubectl.namespace}/robot`),
    );
    await kubectl('create', 'clusterrole', `all-${kubectl.namespace}`, '--verb=*', '--resource=*.*');
    await kubectl(
      'create',
      'clusterrolebinding',
      `all-${kubectl.namespace}`,
      `--clusterrole=all-${kubectl.namespace}`,
      '--user=ann',
    );
    await kubectl('delete', 'clusterrole,clusterrolebinding', `all-${kubectl.namespace}`);
  });

  await t.test('the rest of what kubectl creates', async () => {
    await kubectl('create', 'poddisruptionbudget', 'pdb', '--selector=app=web', '--min-available=1');
    await kubectl('create', 'priorityclass', `p-${kubectl.namespace}`, '--value=1000');
    await kubectl('delete', 'priorityclass', `p-${kubectl.namespace}`);
    await kubectl('create', 'ingress', 'in', '--rule=foo.test/*=web:80');
    assert.match(await kubectl('get', 'ingress'), /in\s+<none>\s+foo\.test\s+80/);
  });

  await t.test('generated names, several documents, and an object that is there', async () => {
    const generated = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { generateName: 'gen-' } };
    const names = (await kubectl.create(generated, generated)).trim().split('\n');
    assert.equal(new Set(names).size, 2);
    for (const line of names) assert.match(line, /^configmap\/gen-[a-z0-9]{5} created$/);
    const again = await kubectl.fails(['create', '-f', '-'], JSON.stringify(configMap('cm')));
    assert.match(
      again,
      /Error from server \(AlreadyExists\): error when creating "STDIN": configmaps "cm" already exists/,
    );
    const nowhere = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', namespace: 'no-such-namespace' } };
    assert.match(
      await kubectl.fails(['create', '-f', '-'], JSON.stringify(nowhere)),
      /namespaces "no-such-namespace" not found/,
    );
  });
});
