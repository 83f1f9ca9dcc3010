import assert from 'node:assert/strict';
import { configMap, conformance, deployment, pod } from './support.ts';

conformance('get', async (t, kubectl) => {
  await kubectl.create(
    configMap('c', { k: 'v' }, { app: 'one', tier: 'front' }),
    configMap('b', {}, { app: 'two' }),
    configMap('a', { x: '1', y: '2' }, { app: 'one' }),
    deployment('web'),
    pod('p1'),
    pod('p2', { app: 'p1', extra: 'yes' }),
  );
  const names = (text: string) =>
    text
      .trim()
      .split('\n')
      .map((line) => line.split(/\s+/)[0]);

  await t.test('tables', async () => {
    assert.match(await kubectl('get', 'cm', 'a'), /^NAME\s+DATA\s+AGE\na\s+2\s+\d+s\n$/);
    assert.match(
      await kubectl('get', 'deployment'),
      /^NAME\s+READY\s+UP-TO-DATE\s+AVAILABLE\s+AGE\nweb\s+0\/1\s+0\s+0\s+\d+s\n$/,
    );
    assert.match(
      await kubectl('get', 'deployment', '-o', 'wide'),
      /CONTAINERS\s+IMAGES\s+SELECTOR\nweb\s.*main\s+web:1\s+app=web/,
    );
    assert.match(
      await kubectl('get', 'pods', '-o', 'wide'),
      /NAME\s+READY\s+STATUS\s+RESTARTS\s+AGE\s+IP\s+NODE\s+NOMINATED NODE\s+READINESS GATES\np1\s+0\/1\s+Pending\s+0\s+\d+s\s+<none>\s+<none>\s+<none>\s+<none>/,
    );
    assert.match(await kubectl('get', 'pods', '--show-labels'), /p2.*app=p1,extra=yes/);
    assert.match(
      await kubectl('get', 'cm', '-L', 'app,tier', '-l', 'app'),
      /APP\s+TIER\n.*a\s+2\s+\d+s\s+one\s+\n.*b\s+0\s+\d+s\s+two/s,
    );
    assert.doesNotMatch(await kubectl('get', 'cm', '--no-headers'), /NAME/);
    assert.match(
      await kubectl('get', 'cm', '-A'),
      new RegExp(`^NAMESPACE\\s+NAME\\s.*^${kubectl.namespace}\\s+a\\s+2`, 'ms'),
    );
    assert.match(await kubectl('get', 'cm,deployments'), /configmap\/a[\s\S]*deployment\.apps\/web/);
    assert.match(await kubectl('get', 'all'), /pod\/p1[\s\S]*deployment\.apps\/web/);
    assert.match(await kubectl('get', 'namespaces'), /^default\s+Active/m);
    const nothing = await kubectl.try(['get', 'jobs']);
    assert.equal(nothing.stderr.trim(), `No resources found in ${kubectl.namespace} namespace.`);
  });

  await t.test('yaml, json, name, jsonpath, go-template and custom columns', async () => {
    const yaml = await kubectl('get', 'cm', 'a', '-o', 'yaml');
    assert.match(yaml, /^apiVersion: v1\ndata:\n {2}x: "1"\n {2}"y": "2"\nkind: ConfigMap\nmetadata:\n/);
    assert.doesNotMatch(yaml, /managedFields/);
    assert.match(await kubectl('get', 'cm', 'a', '-o', 'yaml', '--show-managed-fields'), /managedFields:/);
    assert.equal(JSON.parse(await kubectl('get', 'cm', '-l', 'app=one', '-o', 'json')).items.length, 2);
    assert.equal(await kubectl('get', 'cm', 'a', 'b', '-o', 'name'), 'configmap/a\nconfigmap/b\n');
    assert.equal(await kubectl('get', 'cm', '-l', 'app=one', '-o', 'jsonpath={.items[*].metadata.name}'), 'a c');
    assert.equal(await kubectl('get', 'cm', 'a', '-o', 'jsonpath={.data.x}-{.data.y}'), '1-2');
    assert.equal(await kubectl('get', 'cm', 'a', '-o', 'go-template={{.data.x}}'), '1');
    assert.match(
      await kubectl('get', 'pods', '-o', 'custom-columns=N:.metadata.name,I:.spec.containers[*].image'),
      /^N\s+I\np1\s+web:1\np2\s+web:1\n$/,
    );
  });

  await t.test('sorting', async () => {
    assert.deepEqual(names(await kubectl('get', 'cm', '-l', 'app', '--sort-by=.data.x', '--no-headers')).at(-1), 'a');
    assert.deepEqual(names(await kubectl('get', 'pods', '--sort-by=.metadata.name', '--no-headers')), ['p1', 'p2']);
    assert.deepEqual(
      names(await kubectl('get', 'cm', '-l', 'app', '--sort-by={.metadata.labels.app}', '--no-headers')).at(-1),
      'b',
    );
  });

  await t.test('selectors', async () => {
    const select = async (selector: string) =>
      names(await kubectl('get', 'cm', '-l', selector, '--no-headers', '--ignore-not-found'));
    assert.deepEqual(await select('app=one'), ['a', 'c']);
    assert.deepEqual(await select('app in (one, two),!tier'), ['a', 'b']);
    assert.deepEqual(await select('app!=one,app'), ['b']);
    assert.deepEqual(await select('app notin (two),tier'), ['c']);
    assert.deepEqual(names(await kubectl('get', 'cm', '--field-selector=metadata.name=b', '--no-headers')), ['b']);
    assert.deepEqual(
      names(await kubectl('get', 'pods', '--field-selector=status.phase=Pending,metadata.name!=p1', '--no-headers')),
      ['p2'],
    );
    assert.equal(await kubectl('get', 'pods', '--field-selector=spec.nodeName=none', '-o', 'name'), '');
    assert.match(await kubectl.fails(['get', 'cm', '--field-selector=data.x=1']), /field label not supported: data\.x/);
    assert.match(
      await kubectl.fails(['get', 'cm', '-l', 'a=b=c']),
      /BadRequest|unable to parse|found '='|invalid label|Error/,
    );
  });

  await t.test('pages', async () => {
    assert.equal(names(await kubectl('get', 'cm', '-l', 'app', '--chunk-size=1', '--no-headers')).length, 3);
    assert.equal(JSON.parse(await kubectl('get', 'cm', '-l', 'app', '--chunk-size=2', '-o', 'json')).items.length, 3);
    const page = JSON.parse(
      await kubectl('get', '--raw', `/api/v1/namespaces/${kubectl.namespace}/configmaps?limit=1`),
    );
    assert.equal(page.items.length, 1);
    assert.ok(page.metadata.continue);
  });

  await t.test('what is not there', async () => {
    assert.equal(
      await kubectl.fails(['get', 'cm', 'none']),
      'Error from server (NotFound): configmaps "none" not found\n',
    );
    assert.equal(await kubectl('get', 'cm', 'none', '--ignore-not-found'), '');
    assert.equal(
      await kubectl.fails(['get', 'deployments', 'none']),
      'Error from server (NotFound): deployments.apps "none" not found\n',
    );
    assert.match(await kubectl.fails(['get', 'nonsense']), /the server doesn't have a resource type "nonsense"/);
    assert.equal((await kubectl.try(['get', 'pods', '-n', 'no-such-namespace'])).code, 0);
  });
});
