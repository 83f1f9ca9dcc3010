import assert from 'node:assert/strict';
import { configMap, conformance, deployment } from './support.ts';
import { widget, widgets } from './widgets.ts';

// biome-ignore lint/suspicious/noExplicitAny: a manifest that is changed in place
type Manifest = any;

conformance('apply', async (t, kubectl) => {
  await t.test('creates, leaves alone, changes and removes fields', async () => {
    assert.equal(await kubectl.apply(configMap('a', { x: '1', y: '1' })), 'configmap/a created\n');
    const first = await kubectl.read('cm', 'a');
    assert.equal(await kubectl.apply(configMap('a', { x: '1', y: '1' })), 'configmap/a unchanged\n');
    assert.equal((await kubectl.read('cm', 'a')).metadata.resourceVersion, first.metadata.resourceVersion);
    await kubectl('patch', 'cm', 'a', '-p', '{"data":{"other":"kept"}}');
    assert.equal(await kubectl.apply(configMap('a', { x: '2' })), 'configmap/a configured\n');
    const changed = await kubectl.read('cm', 'a');
    assert.deepEqual(changed.data, { x: '2', other: 'kept' });
    assert.match(changed.metadata.annotations['kubectl.kubernetes.io/last-applied-configuration'], /"x":"2"/);
    assert.deepEqual(
      changed.metadata.managedFields.map(({ manager, operation }: Manifest) => `${manager} ${operation}`).sort(),
      ['kubectl-client-side-apply Update', 'kubectl-patch Update'],
    );
    assert.match(await kubectl('apply', 'view-last-applied', 'cm/a'), /x: "2"/);
  });

  await t.test('merges lists by key and drops what is no longer there', async () => {
    const web: Manifest = deployment('web');
    const [main] = web.spec.template.spec.containers;
    main.env = [
      { name: 'A', value: '1' },
      { name: 'B', value: '2' },
    ];
    main.ports = [
      { containerPort: 80, name: 'http' },
      { containerPort: 80, name: 'dns', protocol: 'UDP' },
    ];
    web.spec.template.spec.containers.push({ name: 'side', image: 'side:1' });
    await kubectl.apply(web);
    await kubectl('set', 'env', 'deployment/web', '-c', 'main', 'C=3');
    main.env = [{ name: 'B', value: '3' }];
    main.image = 'web:2';
    web.spec.template.spec.containers.pop();
    await kubectl.apply(web);
    const live = await kubectl.read('deployment', 'web');
    assert.equal(live.metadata.generation, 3);
    const { containers } = live.spec.template.spec;
    assert.deepEqual(
      containers.map(({ name, image }: Manifest) => [name, image]),
      [['main', 'web:2']],
    );
    assert.deepEqual(Object.fromEntries(containers[0].env.map(({ name, value }: Manifest) => [name, value])), {
      B: '3',
      C: '3',
    });
    assert.equal(containers[0].ports.length, 2);
    delete main.env;
    delete main.ports;
    web.spec.strategy = { type: 'Recreate' };
    await kubectl.apply(web);
    const bare = await kubectl.read('deployment', 'web');
    assert.deepEqual(bare.spec.strategy, { type: 'Recreate' });
    assert.equal(bare.spec.template.spec.containers[0].env, undefined);
    assert.equal(bare.spec.template.spec.containers[0].ports, undefined);
  });

  await t.test('an immutable field is refused with its name', async () => {
    const web: Manifest = deployment('web');
    web.spec.selector.matchLabels = { app: 'other' };
    web.spec.template.metadata.labels = { app: 'other' };
    assert.match(
      await kubectl.fails(['apply', '-f', '-'], JSON.stringify(web)),
      /The Deployment "web" is invalid: spec\.selector: Invalid value: .*: field is immutable/,
    );
  });

  await t.test('several objects in order, pruning what was applied before', async () => {
    const labels = { set: 'one' };
    const prune = ['apply', '--prune', '-l', 'set=one', '--prune-allowlist=core/v1/ConfigMap', '-f', '-'];
    const text = (...names: string[]) => names.map((name) => JSON.stringify(configMap(name, {}, labels))).join('\n');
    await kubectl.withInput(text('p1', 'p2'), ...prune);
    assert.match(await kubectl.withInput(text('p2'), ...prune), /configmap\/p1 pruned/);
    assert.equal(await kubectl('get', 'cm', '-l', 'set=one', '-o', 'name'), 'configmap/p2\n');
  });

  await t.test('custom resources, by merge patch', async () => {
    const kind = widgets(kubectl.minor);
    await kubectl.apply(kind.definition);
    await kubectl('wait', '--for=condition=Established', 'crd', kind.definition.metadata.name);
    await kubectl.apply(widget(kind, 'w', { size: 1, parts: [{ name: 'a' }, { name: 'b' }] }));
    const before = await kubectl.read(kind.plural, 'w');
    await kubectl.apply(widget(kind, 'w', { size: 1, parts: [{ name: 'a' }, { name: 'b' }] }));
    assert.deepEqual(await kubectl.read(kind.plural, 'w'), before);
    await kubectl.apply(widget(kind, 'w', { size: 2, parts: [{ name: 'b' }] }));
    const live = await kubectl.read(kind.plural, 'w');
    assert.deepEqual(live.spec, { size: 2, colour: 'red', parts: [{ name: 'b', weight: 1 }] });
    assert.equal(live.metadata.generation, 2);
    await kubectl('delete', 'crd', kind.definition.metadata.name);
  });

  await t.test('an object that somebody else deleted is made again', async () => {
    await kubectl('delete', 'cm', 'a');
    assert.equal(await kubectl.apply(configMap('a', { x: '1' })), 'configmap/a created\n');
  });

  await t.test('edits of the last applied configuration', async () => {
    await kubectl('create', 'configmap', 'plain', '--from-literal=a=b');
    assert.match(
      await kubectl.withInput(JSON.stringify(configMap('plain', { a: 'c' })), 'apply', '-f', '-'),
      /configured/,
    );
    await kubectl.withInput(JSON.stringify(configMap('plain', { a: 'c' })), 'apply', 'set-last-applied', '-f', '-');
    assert.equal((await kubectl.read('cm', 'plain')).data.a, 'c');
  });
});
