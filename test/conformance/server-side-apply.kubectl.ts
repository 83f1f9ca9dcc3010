import assert from 'node:assert/strict';
import { configMap, conformance, deployment } from './support.ts';
import { widget, widgets } from './widgets.ts';

// biome-ignore lint/suspicious/noExplicitAny: managedFields as they come
type Entry = any;

conformance('server-side apply', async (t, kubectl) => {
  const apply = (object: object, ...more: string[]) =>
    kubectl.withInput(JSON.stringify(object), 'apply', '--server-side', '-f', '-', ...more);
  const refused = (object: object, ...more: string[]) =>
    kubectl.fails(['apply', '--server-side', '-f', '-', ...more], JSON.stringify(object));
  const managers = (object: Entry) =>
    object.metadata.managedFields
      .map((entry: Entry) => `${entry.manager} ${entry.operation}${entry.subresource ? ` ${entry.subresource}` : ''}`)
      .sort();

  await t.test('creates, leaves alone, and removes what is no longer applied', async () => {
    assert.equal(await apply(configMap('a', { x: '1', y: '1' })), 'configmap/a serverside-applied\n');
    const first = await kubectl.read('cm', 'a');
    await apply(configMap('a', { x: '1', y: '1' }));
    assert.equal((await kubectl.read('cm', 'a')).metadata.resourceVersion, first.metadata.resourceVersion);
    assert.deepEqual(managers(first), ['kubectl Apply']);
    await apply(configMap('a', { y: '1' }));
    assert.deepEqual((await kubectl.read('cm', 'a')).data, { y: '1' });
  });

  await t.test('a conflict names manager and field, and force takes the field over', async () => {
    const text = await refused(configMap('a', { y: '2' }), '--field-manager=other');
    assert.match(text, /Apply failed with 1 conflict: conflict with "kubectl": \.data\.y/);
    assert.match(text, /--force-conflicts/);
    await apply(configMap('a', { y: '2' }), '--field-manager=other', '--force-conflicts');
    const live = await kubectl.read('cm', 'a');
    assert.deepEqual(live.data, { y: '2' });
    assert.match(await refused(configMap('a', { y: '3' })), /conflict with "other": \.data\.y/);
    await kubectl('patch', 'cm', 'a', '--type=merge', '-p', '{"data":{"y":"4"}}');
    assert.match(
      await refused(configMap('a', { y: '5' }), '--field-manager=other'),
      /conflict with "kubectl-patch" using v1( at \S+)?: \.data\.y|conflict with "kubectl-patch" using v1: \.data\.y/,
    );
  });

  await t.test('several conflicts are listed', async () => {
    await apply(configMap('many', { x: '1', y: '1' }));
    const text = await refused(configMap('many', { x: '2', y: '2' }), '--field-manager=other');
    assert.match(text, /Apply failed with 2 conflicts: conflicts with "kubectl":\n- \.data\.x\n- \.data\.y/);
  });

  await t.test('managers share lists by key', async () => {
    await apply(deployment('web'));
    // biome-ignore lint/suspicious/noExplicitAny: a manifest that is changed in place
    const more: any = deployment('web');
    delete more.spec.replicas;
    more.spec.template.spec.containers = [{ name: 'side', image: 'side:1' }];
    await apply(more, '--field-manager=mesh');
    const both = await kubectl.read('deployment', 'web');
    assert.deepEqual(both.spec.template.spec.containers.map(({ name }: Entry) => name).sort(), ['main', 'side']);
    await apply(deployment('web'));
    assert.equal((await kubectl.read('deployment', 'web')).spec.template.spec.containers.length, 2);
    delete more.spec.template.spec.containers;
    const { template: _template, ...spec } = more.spec;
    await apply({ ...more, spec }, '--field-manager=mesh');
    assert.deepEqual(
      (await kubectl.read('deployment', 'web')).spec.template.spec.containers.map(({ name }: Entry) => name),
      ['main'],
    );
  });

  await t.test('an applier that leaves replicas out keeps what a scaler set', async () => {
    await kubectl('scale', 'deployment/web', '--replicas=5');
    assert.match(await refused(deployment('web')), /\.spec\.replicas/);
    // biome-ignore lint/suspicious/noExplicitAny: a manifest that is changed in place
    const without: any = deployment('web');
    delete without.spec.replicas;
    await apply(without);
    assert.equal((await kubectl.read('deployment', 'web')).spec.replicas, 5);
  });

  await t.test('what was applied by the client is adopted', async () => {
    await kubectl.apply(configMap('old', { x: '1', y: '1' }));
    await apply(configMap('old', { x: '2' }));
    const live = await kubectl.read('cm', 'old');
    assert.deepEqual(live.data, { x: '2' });
    assert.deepEqual(
      managers(live).filter((text: string) => text.startsWith('kubectl-client-side-apply')),
      [],
    );
  });

  await t.test('status apart from spec', async () => {
    await kubectl(
      'patch',
      'deployment',
      'web',
      '--subresource=status',
      '--type=merge',
      '-p',
      '{"status":{"replicas":3}}',
    );
    assert.ok(managers(await kubectl.read('deployment', 'web')).includes('kubectl-patch Update status'));
  });

  await t.test('custom resources, whose lists merge as their schema says', async () => {
    const kind = widgets(kubectl.minor);
    await apply(kind.definition);
    await kubectl('wait', '--for=condition=Established', 'crd', kind.definition.metadata.name);
    await apply(widget(kind, 'w', { size: 1, parts: [{ name: 'a', weight: 2 }] }));
    await apply(widget(kind, 'w', { size: 1, parts: [{ name: 'b' }] }), '--field-manager=other');
    const live = await kubectl.read(kind.plural, 'w');
    assert.deepEqual(live.spec.parts, [
      { name: 'a', weight: 2 },
      { name: 'b', weight: 1 },
    ]);
    assert.match(await refused(widget(kind, 'w', { size: 2 })), /conflict with "other": \.spec\.size/);
    assert.match(await refused(widget(kind, 'new', { size: 'big' })), /spec\.size/);
    await kubectl('delete', 'crd', kind.definition.metadata.name);
  });

  await t.test('a dry run changes nothing', async () => {
    assert.match(await apply(configMap('dry', { x: '1' }), '--dry-run=server'), /\(server dry run\)/);
    assert.match(await kubectl.fails(['get', 'cm', 'dry']), /NotFound/);
  });
});
