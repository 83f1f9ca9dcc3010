import assert from 'node:assert/strict';
import { configMap, conformance, deployment, pod } from './support.ts';

conformance('bad input', async (t, kubectl) => {
  const refused = (input: object | string, ...more: string[]) =>
    kubectl.fails(['create', '-f', '-', ...more], typeof input === 'string' ? input : JSON.stringify(input));
  const post = (path: string, input: string) => kubectl.fails(['create', '--raw', path, '-f', '-'], input);
  const configMaps = `/api/v1/namespaces/${kubectl.namespace}/configmaps`;

  await t.test('what is no object', async () => {
    assert.match(await refused('{"apiVersion": "v1", "kind": '), /error parsing STDIN|error/);
    assert.match(await refused('a: [b'), /error converting YAML to JSON|error parsing/);
    assert.match(await refused('kind: ConfigMap\n'), /apiVersion not set|apiVersion/);
    assert.match(
      await refused({ apiVersion: 'v9', kind: 'Nothing', metadata: { name: 'x' } }),
      /no matches for kind "Nothing" in version "v9"/,
    );
    assert.match(await post(configMaps, '{"metadata":'), /BadRequest|JSON/);
    assert.match(await post(configMaps, '[]'), /BadRequest|object/);
    assert.match(await post(configMaps, '"text"'), /BadRequest|object/);
    assert.match(await post(configMaps, 'null'), /BadRequest|object/);
    assert.match(await post(configMaps, '{"metadata":{"name":"a"},"metadata":[]}'), /metadata/);
    assert.match(await post(`/api/v1/namespaces/${kubectl.namespace}/nothings`, '{}'), /NotFound|could not find/);
  });

  await t.test('fields that are unknown, given twice or of the wrong type', async () => {
    assert.match(await refused({ ...configMap('a'), dta: { a: 'b' } }), /strict decoding error: unknown field "dta"/);
    assert.match(await refused({ ...configMap('a'), data: { x: 1 } }, '--validate=false'), /data|cannot unmarshal/);
    assert.match(await refused({ ...configMap('a'), metadata: { name: 'a', labels: { x: true } } }), /labels/);
    // biome-ignore lint/suspicious/noExplicitAny: a manifest that is broken in place
    const web: any = deployment('web');
    web.spec.replicas = 'three';
    assert.match(await refused(web), /replicas/);
    web.spec.replicas = 1;
    web.spec.template.spec.containers = { name: 'x' };
    assert.match(await refused(web), /containers/);
    web.spec.template.spec.containers = [{ name: 'main', image: 'x', ports: [{ containerPort: 99999 }] }];
    assert.match(await refused(web), /ports\[0\]\.containerPort: Invalid value: 99999: must be between 1 and 65535/);
    web.spec.template.spec.containers = [];
    assert.match(await refused(web), /containers: Required value/);
    web.spec.template.spec.containers = [{ name: 'main', image: 'x', resources: { limits: { cpu: 'lots' } } }];
    assert.match(await refused(web), /quantit|resources\.limits/);
  });

  await t.test('names, labels and annotations', async () => {
    assert.match(
      await refused(configMap('Upper')),
      /The ConfigMap "Upper" is invalid: metadata\.name: Invalid value: "Upper": .*RFC 1123 subdomain/,
    );
    assert.match(await refused(configMap('x'.repeat(254))), /must be no more than 253 (bytes|characters)/);
    assert.match(await refused(configMap('a', {}, { 'bad key': 'x' })), /metadata\.labels: Invalid value: "bad key"/);
    assert.match(
      await refused(configMap('a', {}, { key: 'x'.repeat(64) })),
      /must be no more than 63 (bytes|characters)/,
    );
    assert.match(await refused(configMap('a', { 'no/slash': 'x' })), /data\[no\/slash\]: Invalid value: "no\/slash"/);
    assert.match(
      await refused({ ...configMap('a'), metadata: {} }),
      /name or generateName is required|resource name may not be empty/,
    );
    assert.match(
      // kubectl itself leaves the version out of a create.
      await post(configMaps, '{"metadata":{"name":"a","resourceVersion":"5"}}'),
      /resourceVersion should not be set on objects to be created/,
    );
    assert.match(
      await refused({ ...configMap('a'), metadata: { name: 'a', namespace: 'else' } }, '-n', kubectl.namespace),
      /does not match/,
    );
    assert.match(
      await refused({ ...configMap('a'), metadata: { name: 'a', ownerReferences: [{ kind: 'X' }] } }),
      /ownerReferences/,
    );
    assert.match(await refused({ ...configMap('a'), metadata: { name: 'a', finalizers: ['no slash'] } }), /finalizers/);
  });

  await t.test('pods that no node could run', async () => {
    // biome-ignore lint/suspicious/noExplicitAny: a manifest that is broken in place
    const broken: any = pod('p');
    broken.spec.containers.push({ name: 'main', image: 'other' });
    assert.match(await refused(broken), /spec\.containers\[1\]\.name: Duplicate value: "main"/);
    broken.spec.containers = [{ name: 'main', image: 'x', volumeMounts: [{ name: 'gone', mountPath: '/x' }] }];
    assert.match(await refused(broken), /volumeMounts\[0\]\.name: Not found: "gone"/);
    broken.spec = { containers: [{ name: 'main', image: 'x' }], restartPolicy: 'Sometimes' };
    assert.match(await refused(broken), /restartPolicy: Unsupported value: "Sometimes"/);
  });

  await t.test('services', async () => {
    const service = (spec: object) => ({ apiVersion: 'v1', kind: 'Service', metadata: { name: 's' }, spec });
    assert.match(await refused(service({ ports: [{ port: 0 }] })), /spec\.ports\[0\]\.port: Invalid value: 0/);
    assert.match(
      await refused(service({ ports: [{ port: 1 }, { port: 2 }] })),
      /spec\.ports\[0\]\.name: Required value/,
    );
    assert.match(await refused(service({})), /spec\.ports: Required value/);
    assert.match(await refused(service({ type: 'Odd', ports: [{ port: 1 }] })), /spec\.type: Unsupported value: "Odd"/);
  });

  await t.test('one bad object among good ones leaves the good ones', async () => {
    const text = [configMap('good1'), configMap('Bad'), configMap('good2')]
      .map((object) => JSON.stringify(object))
      .join('\n');
    const outcome = await kubectl.try(['apply', '-f', '-'], text);
    assert.equal(outcome.code, 1);
    assert.match(outcome.stderr, /"Bad" is invalid/);
    assert.equal(await kubectl('get', 'cm', 'good1', 'good2', '-o', 'name'), 'configmap/good1\nconfigmap/good2\n');
  });
});
