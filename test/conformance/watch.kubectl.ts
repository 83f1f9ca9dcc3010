import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { type Case, configMap, conformance, pod } from './support.ts';

conformance('watch', async (t, kubectl) => {
  const patch = (name: string, value: string) =>
    kubectl('patch', 'cm', name, '--type=merge', '-p', JSON.stringify({ data: { [value]: value } }));

  await t.test('get -w shows what is there and what changes', async (each) => {
    await kubectl.create(configMap('a'));
    const watch = follow(each, kubectl, ['get', 'cm', '-w', '--field-selector=metadata.name!=kube-root-ca.crt']);
    await watch.line(/^a\s+0/);
    await patch('a', 'x');
    await watch.line(/^a\s+1/);
    await kubectl.create(configMap('b'));
    await watch.line(/^b\s+0/);
    await kubectl('delete', 'cm', 'b');
    await watch.line(/^b\s+0/);
    assert.equal(watch.lines.filter((line) => line.startsWith('NAME')).length, 1);
  });

  await t.test('--watch-only and a named object, with the type of each event', async (each) => {
    const watch = follow(each, kubectl, ['get', 'cm', 'a', '-w', '--output-watch-events']);
    await watch.line(/^ADDED\s+a\s+1/);
    await patch('a', 'y');
    await watch.line(/^MODIFIED\s+a\s+2/);
    const only = follow(each, kubectl, ['get', 'cm', '--watch-only', '-o', 'name']);
    await eventually(async () => {
      await patch('a', `n${only.lines.length}-${Math.random()}`);
      assert.ok(only.lines.length > 0);
    });
    assert.equal(only.lines[0], 'configmap/a');
    await kubectl('delete', 'cm', 'a');
    await watch.line(/^DELETED\s+a/);
  });

  await t.test('json events of a selection', async (each) => {
    await kubectl.create(configMap('s', {}, { pick: 'me' }));
    const watch = follow(each, kubectl, [
      'get',
      'cm',
      '-l',
      'pick=me',
      '-w',
      '-o',
      'jsonpath={.metadata.name}/{.data.k}{"\\n"}',
    ]);
    await watch.line(/^s\/$/);
    await kubectl('patch', 'cm', 's', '-p', '{"data":{"k":"v"}}');
    await watch.line(/^s\/v$/);
    await kubectl('label', 'cm', 's', 'pick-');
    await kubectl('label', 'cm', 's', 'pick=me');
    await watch.line(/^s\/v$/);
  });

  await t.test('wait for conditions, values, creation and deletion', async () => {
    await kubectl.create(pod('w'));
    const status = (body: object) =>
      kubectl('patch', 'pod', 'w', '--subresource=status', '--type=merge', '-p', JSON.stringify({ status: body }));
    const ready = kubectl('wait', '--for=condition=Ready', 'pod/w', '--timeout=20s');
    await status({ conditions: [{ type: 'Ready', status: 'True' }], phase: 'Running' });
    assert.match(await ready, /pod\/w condition met/);
    assert.match(await kubectl('wait', '--for=condition=Ready=true', 'pods', '--all', '--timeout=5s'), /condition met/);
    const value = kubectl('wait', '--for=jsonpath={.status.phase}=Succeeded', 'pod/w', '--timeout=20s');
    await status({ phase: 'Succeeded' });
    assert.match(await value, /condition met/);
    assert.match(
      await kubectl.fails(['wait', '--for=condition=Other', 'pod/w', '--timeout=1s']),
      /timed out waiting for the condition/,
    );
    const gone = kubectl('wait', '--for=delete', 'pod/w', '--timeout=20s');
    await kubectl('delete', 'pod', 'w', '--now');
    await gone;
    assert.match(
      await kubectl.fails(['wait', '--for=condition=Ready', 'pod/none', '--timeout=1s']),
      /NotFound|not found/,
    );
    if (kubectl.minor < 31) return;
    const made = kubectl('wait', '--for=create', 'cm/later', '--timeout=20s');
    await kubectl.create(configMap('later'));
    assert.match(await made, /configmap\/later condition met/);
  });

  await t.test('a watch resumes from a version, and starts with what is there when asked to', async () => {
    const path = `/api/v1/namespaces/${kubectl.namespace}/configmaps`;
    const start = JSON.parse(await kubectl('get', '--raw', `${path}?limit=1`)).metadata.resourceVersion;
    await kubectl.create(configMap('late1'), configMap('late2'));
    const raw = await kubectl('get', '--raw', `${path}?watch=true&resourceVersion=${start}&timeoutSeconds=1`);
    const events = raw
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      events.map(({ type, object }) => [type, object.metadata.name]),
      [
        ['ADDED', 'late1'],
        ['ADDED', 'late2'],
      ],
    );
    assert.match(await kubectl.fails(['get', '--raw', `${path}?resourceVersion=abc`]), /abc/);
    const initial = await kubectl(
      'get',
      '--raw',
      `${path}?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=1`,
    );
    assert.match(initial, /"k8s\.io\/initial-events-end":"true"/);
  });
});

/** A kubectl that goes on until the test ends, and its lines. */
function follow(t: TestContext, kubectl: Case, args: string[]) {
  const child = spawn(kubectl.binary, args, { env: kubectl.env });
  const lines: string[] = [];
  let next = 0;
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  createInterface({ input: child.stderr }).on('line', (line) => lines.push(`stderr: ${line}`));
  t.after(async () => {
    if (child.exitCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'close');
  });
  return {
    lines,
    /** Waits for a line after those that were already taken. */
    line: (pattern: RegExp) =>
      eventually(async () => {
        const at = lines.findIndex((line, index) => index >= next && pattern.test(line));
        assert.ok(at >= 0, `no ${pattern} in ${JSON.stringify(lines)}`);
        next = at + 1;
      }, 15_000),
  };
}
