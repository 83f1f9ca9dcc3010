import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { configMap, conformance, deployment, pod } from './support.ts';
import { widget, widgets } from './widgets.ts';

conformance('change', async (t, kubectl) => {
  await t.test('replace, by version and by force', async () => {
    await kubectl.create(configMap('r', { a: '1', b: '1' }));
    const first = await kubectl.read('cm', 'r');
    assert.equal(
      await kubectl.withInput(JSON.stringify(configMap('r', { a: '2' })), 'replace', '-f', '-'),
      'configmap/r replaced\n',
    );
    assert.deepEqual((await kubectl.read('cm', 'r')).data, { a: '2' });
    const stale = await kubectl.fails(['replace', '-f', '-'], JSON.stringify(first));
    assert.match(stale, /\(Conflict\).*the object has been modified; please apply your changes to the latest version/);
    await kubectl.withInput(JSON.stringify(configMap('r', { a: '3' })), 'replace', '--force', '-f', '-');
    assert.notEqual((await kubectl.read('cm', 'r')).metadata.uid, first.metadata.uid);
    assert.match(await kubectl.fails(['replace', '-f', '-'], JSON.stringify(configMap('none'))), /NotFound/);
  });

  await t.test('edit with an editor that changes, refuses and leaves alone', async () => {
    await kubectl.create(configMap('e', { colour: 'red' }));
    const edit = async (script: string, ...args: string[]) => {
      const editor = join(kubectl.directory, 'editor.sh');
      await writeFile(editor, `#!/bin/sh\n${script}\n`);
      await chmod(editor, 0o755);
      const child = spawn(kubectl.binary, ['edit', ...args], {
        env: { ...kubectl.env, EDITOR: editor, KUBE_EDITOR: editor },
      });
      const [out, error, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
      return { code, text: out + error };
    };
    assert.match((await edit('sed -i s/red/blue/ "$1"', 'cm/e')).text, /configmap\/e edited/);
    assert.equal((await kubectl.read('cm', 'e')).data.colour, 'blue');
    assert.match((await edit('true', 'cm/e')).text, /Edit cancelled, no changes made/);
    await kubectl.create(deployment('ed'));
    const refused = await edit('sed -i "s/replicas: 1/replicas: -1/" "$1"', 'deployment/ed');
    assert.match(refused.text, /deployments\.apps "ed" is invalid/);
    assert.match((await edit('sed -i "s/replicas: 1/replicas: 3/" "$1"', 'deployment/ed')).text, /edited/);
  });

  await t.test('patches of three types', async () => {
    await kubectl.create(deployment('p'));
    const patch = (type: string, body: unknown, ...more: string[]) =>
      kubectl('patch', 'deployment', 'p', `--type=${type}`, '-p', JSON.stringify(body), ...more);
    await patch('strategic', { spec: { template: { spec: { containers: [{ name: 'side', image: 'side:1' }] } } } });
    let live = await kubectl.read('deployment', 'p');
    assert.deepEqual(live.spec.template.spec.containers.map(({ name }: { name: string }) => name).sort(), [
      'main',
      'side',
    ]);
    await patch('strategic', { spec: { template: { spec: { containers: [{ $patch: 'delete', name: 'side' }] } } } });
    await patch('merge', { metadata: { labels: { a: 'b', c: null } }, spec: { paused: true } });
    live = await kubectl.read('deployment', 'p');
    assert.deepEqual(
      [live.metadata.labels, live.spec.paused, live.spec.template.spec.containers.length],
      [{ a: 'b' }, true, 1],
    );
    await patch('json', [
      { op: 'test', path: '/spec/paused', value: true },
      { op: 'remove', path: '/spec/paused' },
      { op: 'add', path: '/metadata/annotations', value: { 'x.test/y': '1' } },
      { op: 'replace', path: '/metadata/annotations/x.test~1y', value: '2' },
    ]);
    live = await kubectl.read('deployment', 'p');
    assert.deepEqual([live.spec.paused, live.metadata.annotations], [undefined, { 'x.test/y': '2' }]);
    assert.match(await patch('merge', { metadata: { labels: { a: 'b' } } }), /patched \(no change\)/);
    const failed = await kubectl.fails([
      'patch',
      'deployment',
      'p',
      '--type=json',
      '-p',
      '[{"op":"test","path":"/spec/replicas","value":7}]',
    ]);
    assert.match(failed, /the server rejected our request due to an error in our request|is invalid/i);
    assert.match(await kubectl.fails(['patch', 'deployment', 'p', '-p', '{"spec":{"replicas":"many"}}']), /replicas/);
    assert.match(
      await kubectl.fails(['patch', 'deployment', 'p', '--type=merge', '-p', '{"metadata":{"name":"q"}}']),
      /name/,
    );
  });

  await t.test('patches of subresources', async () => {
    await kubectl(
      'patch',
      'deployment',
      'p',
      '--subresource=status',
      '--type=merge',
      '-p',
      '{"status":{"replicas":2},"spec":{"replicas":9}}',
    );
    let live = await kubectl.read('deployment', 'p');
    assert.deepEqual([live.status.replicas, live.spec.replicas], [2, 1]);
    await kubectl('patch', 'deployment', 'p', '--type=merge', '-p', '{"status":{"replicas":7}}');
    assert.equal((await kubectl.read('deployment', 'p')).status.replicas, 2);
    await kubectl('patch', 'deployment', 'p', '--subresource=scale', '--type=merge', '-p', '{"spec":{"replicas":4}}');
    live = await kubectl.read('deployment', 'p');
    assert.equal(live.spec.replicas, 4);
    assert.match(await kubectl('get', 'deployment', 'p', '--subresource=scale', '-o', 'yaml'), /kind: Scale/);
    assert.match(
      await kubectl('get', 'deployment', 'p', '--subresource=status', '-o', 'jsonpath={.status.replicas}'),
      /^2$/,
    );
  });

  await t.test('scale, by name, by kind and by current size', async () => {
    assert.match(await kubectl('scale', 'deployment/p', '--replicas=2'), /scaled/);
    assert.equal((await kubectl.read('deployment', 'p')).spec.replicas, 2);
    await kubectl('scale', 'deployment/p', '--current-replicas=2', '--replicas=3');
    assert.equal((await kubectl.read('deployment', 'p')).spec.replicas, 3);
    assert.match(
      await kubectl.fails(['scale', 'deployment/p', '--current-replicas=9', '--replicas=1']),
      /[Ee]xpected replicas to be 9, was 3/,
    );
    assert.match(await kubectl.fails(['scale', 'deployment/none', '--replicas=1']), /not found|no objects passed/);
    assert.match(
      await kubectl.fails(['scale', 'cm/e', '--replicas=1']),
      /could not find the requested resource|NotFound/,
    );
  });

  await t.test('scale, status and merge patches of a custom resource', async () => {
    const kind = widgets(kubectl.minor);
    await kubectl.apply(kind.definition);
    await kubectl('wait', '--for=condition=Established', 'crd', kind.definition.metadata.name);
    await kubectl.create(widget(kind, 'w', { size: 1, replicas: 1, selector: 'a=b' }));
    await kubectl('scale', `${kind.plural}/w`, '--replicas=3');
    assert.equal((await kubectl.read(kind.plural, 'w')).spec.replicas, 3);
    await kubectl(
      'patch',
      kind.plural,
      'w',
      '--subresource=status',
      '--type=merge',
      '-p',
      '{"status":{"phase":"Ready"},"spec":{"size":9}}',
    );
    const live = await kubectl.read(kind.plural, 'w');
    assert.deepEqual([live.status, live.spec.size, live.metadata.generation], [{ phase: 'Ready' }, 1, 2]);
    assert.match(
      await kubectl.fails(['patch', kind.plural, 'w', '--type=strategic', '-p', '{"spec":{"size":2}}']),
      /UnsupportedMediaType|not supported/i,
    );
    await kubectl('delete', 'crd', kind.definition.metadata.name);
  });

  await t.test('set, label and annotate', async () => {
    await kubectl('set', 'image', 'deployment/p', 'main=web:9');
    await kubectl('set', 'env', 'deployment/p', 'A=1');
    await kubectl('set', 'resources', 'deployment/p', '--limits=cpu=1,memory=1Gi');
    await kubectl('set', 'serviceaccount', 'deployment/p', 'robot');
    const { spec } = (await kubectl.read('deployment', 'p')).spec.template;
    assert.deepEqual(
      [spec.containers[0].image, spec.containers[0].env, spec.containers[0].resources.limits, spec.serviceAccountName],
      ['web:9', [{ name: 'A', value: '1' }], { cpu: '1', memory: '1Gi' }, 'robot'],
    );
    await kubectl.create(pod('l'));
    await kubectl('label', 'pod', 'l', 'tier=front');
    assert.match(await kubectl.fails(['label', 'pod', 'l', 'tier=back']), /already has a value/);
    await kubectl('label', 'pod', 'l', 'tier=back', '--overwrite');
    await kubectl('label', 'pod', 'l', 'app-');
    assert.deepEqual((await kubectl.read('pod', 'l')).metadata.labels, { tier: 'back' });
    await kubectl('label', 'pods', '--all', 'every=one');
    assert.match(await kubectl('label', 'pod', 'l', '--list'), /every=one/);
    await kubectl('annotate', 'pod', 'l', 'note=some words');
    await kubectl('annotate', 'pod', 'l', 'note-');
    assert.equal((await kubectl.read('pod', 'l')).metadata.annotations, undefined);
    assert.match(await kubectl.fails(['label', 'pod', 'l', 'bad=not ok']), /invalid/i);
    await kubectl('set', 'image', 'pod/l', 'main=web:3');
    assert.match(
      await kubectl.fails(['patch', 'pod', 'l', '-p', '{"spec":{"hostNetwork":true}}']),
      /pod updates may not change fields|Forbidden/,
    );
  });
});
