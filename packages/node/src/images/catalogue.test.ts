import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createImageCatalogue, parseImageEntries } from './catalogue.ts';

test("Serval's images match under any registry and tag, others as written", () => {
  const catalogue = createImageCatalogue([
    { match: 'acme/pinned:2', command: ['pinned'] },
    { match: 'acme/any', command: ['any'], env: { A: '1' } },
    { match: 'lib/*', command: ['prefix'] },
    { match: 'serval/model-server', command: ['server'] },
  ]);
  const commandOf = (image: string) => catalogue.resolve(image)?.command[0];
  assert.equal(commandOf('serval/model-server'), 'server');
  assert.equal(commandOf('registry.test:5000/x/serval/model-server:v1@sha256:00'), 'server');
  assert.equal(commandOf('serval/model-server2'), undefined);
  assert.equal(commandOf('notserval/model-server'), undefined);
  assert.equal(commandOf('acme/pinned:2'), 'pinned');
  assert.equal(commandOf('acme/pinned:3'), undefined);
  assert.equal(commandOf('acme/any:7'), 'any');
  assert.equal(commandOf('other/acme/any'), undefined);
  assert.equal(commandOf('lib/thing:1'), 'prefix');
  assert.deepEqual(catalogue.resolve('acme/any')?.env, { A: '1' });
});

test('every fault of images.yaml is told', () => {
  assert.deepEqual(parseImageEntries(null, 'images.yaml'), []);
  const entries = [{ match: 'a/b', command: ['x'], env: { A: 'b' } }];
  assert.deepEqual(parseImageEntries(entries, 'images.yaml'), entries);
  assert.throws(
    () =>
      parseImageEntries(
        [{ match: '', command: 'x', image: 'y' }, 3, { match: 'a', command: ['b'], env: { A: 1 } }],
        'images.yaml',
      ),
    (error: Error) =>
      ['images.yaml', '[0].match', '[0].command', '[0].image', '[1]: expected', '[2].env'].every((part) =>
        error.message.includes(part),
      ),
  );
  assert.throws(() => parseImageEntries({ match: 'a' }, 'images.yaml'), /expected a list/);
});
