import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseImageReference } from './image-reference.ts';

const SHA256 = `sha256:${'a'.repeat(64)}`;

const TABLE: [string, [string, string, string | undefined, string | undefined] | undefined][] = [
  ['ubuntu', ['docker.io', 'library/ubuntu', 'latest', undefined]],
  ['ubuntu:22.04', ['docker.io', 'library/ubuntu', '22.04', undefined]],
  ['team/model', ['docker.io', 'team/model', 'latest', undefined]],
  ['docker.io/model', ['docker.io', 'library/model', 'latest', undefined]],
  ['index.docker.io/team/model', ['docker.io', 'team/model', 'latest', undefined]],
  ['reg.io/model', ['reg.io', 'model', 'latest', undefined]],
  ['localhost/model', ['localhost', 'model', 'latest', undefined]],
  ['Host/model', ['Host', 'model', 'latest', undefined]],
  ['host:5000/a/b_c/d--e/f__g:V1.0_x-y', ['host:5000', 'a/b_c/d--e/f__g', 'V1.0_x-y', undefined]],
  ['[::1]:5000/model', ['[::1]:5000', 'model', 'latest', undefined]],
  [`reg.io/model@${SHA256}`, ['reg.io', 'model', undefined, SHA256]],
  [`reg.io/model:v1@${SHA256}`, ['reg.io', 'model', 'v1', SHA256]],
  ['', undefined],
  ['reg.io/', undefined],
  ['reg.io/Model', undefined],
  ['reg.io/model:', undefined],
  ['reg.io/model/', undefined],
  ['reg.io//model', undefined],
  ['reg.io/../model', undefined],
  ['reg.io/model:a b', undefined],
  ['reg.io/model?x=1', undefined],
  ['user:password@reg.io/model', undefined],
  ['reg.io:port/model', undefined],
  ['reg.io/model@sha256:abc', undefined],
  [`reg.io/${'a'.repeat(256)}`, undefined],
  [`reg.io/model:${'a'.repeat(129)}`, undefined],
  ['f'.repeat(64), undefined],
];

for (const [text, expected] of TABLE) {
  test(`"${text.slice(0, 90)}" is ${expected?.join(' ') ?? 'no reference'}`, () => {
    const reference = parseImageReference(text);
    assert.deepEqual(
      reference && [reference.registry, reference.repository, reference.tag, reference.digest],
      expected,
    );
  });
}

test('what a reference was read as reads the same again', () => {
  const part = fc.stringMatching(/^[a-z0-9]{1,5}([._-][a-z0-9]{1,5})?$/);
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), fc.option(part), (path, tag) => {
      const first = parseImageReference(path.join('/') + (tag === null ? '' : `:${tag}`));
      assert.ok(first);
      assert.deepEqual(parseImageReference(`${first.registry}/${first.repository}:${first.tag}`), first);
    }),
  );
});

test('long and hostile text is told at once', () => {
  for (const text of ['a-'.repeat(100_000), `${'a/'.repeat(500)}A`, `${'a'.repeat(1000)}:`, 'a.'.repeat(511)]) {
    assert.equal(parseImageReference(text), undefined);
  }
});
