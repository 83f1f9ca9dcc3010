import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { matchRegistryEntries } from './match.ts';
import { hostsOverlap, keyOfScope, narrowScope, parseRegistryScope, type RegistryScope } from './scope.ts';

/** What a text means, written as the key that says it. */
const PARSED: [string, string | undefined][] = [
  ['ghcr.io', 'ghcr.io'],
  ['GHCR.io', 'ghcr.io'],
  ['https://ghcr.io', 'ghcr.io'],
  ['https://ghcr.io/v2/', 'ghcr.io'],
  ['ghcr.io/acme', 'ghcr.io/acme/'],
  ['ghcr.io/acme/', 'ghcr.io/acme/'],
  ['ghcr.io//acme', undefined],
  ['ghcr.io/acme//', undefined],
  ['reg.io:5000/x', 'reg.io:5000/x/'],
  ['*.reg.io', '*.reg.io'],
  ['docker.io', 'docker.io'],
  ['index.docker.io', 'docker.io'],
  ['https://index.docker.io/v1/', 'docker.io'],
  ['index.docker.io/team', 'docker.io/team/'],
  ['index.docker.io:443', 'index.docker.io:443'],
  ['[::1]:5000', '[::1]:5000'],
  ['10.0.0.1:5000', '10.0.0.1:5000'],
  ['localhost', 'localhost'],
  ['[::1]', undefined],
  ['', undefined],
  ['https://', undefined],
  ['ftp://reg.io', undefined],
  ['reg..io', undefined],
  ['reg.io/Team', undefined],
  ['reg.io/te*', undefined],
  ['reg.io/%zz', undefined],
  ['a b.io', undefined],
  ['r[e]g.io', undefined],
  ['reg.io:port', undefined],
];

for (const [text, expected] of PARSED) {
  test(`"${text}" is ${expected === undefined ? 'for no image' : `for what ${expected} says`}`, () => {
    const scope = parseRegistryScope(text);
    assert.equal(scope && keyOfScope(scope), expected);
  });
}

const OVERLAPS: [string, string, boolean][] = [
  ['reg.io', 'reg.io', true],
  ['reg.io/a', 'reg.io/b', true],
  ['reg.io', 'other.io', false],
  ['reg.io', 'reg.io:5000', false],
  ['reg.example.com', '*.example.com', true],
  ['*.example.com', 'example.com', false],
  ['a*.io', '*b.io', true],
  ['a*.io', 'b*.io', false],
  ['a*c.io', 'ab*.io', true],
  ['*-1.io', 'eu-*.io', true],
  ['*.*', 'reg.io', true],
  ['*', 'localhost', true],
  ['index.docker.io', 'docker.io/team', true],
  ['*.io', 'https://index.docker.io/v1/', true],
  ['registry-1.docker.io', 'docker.io', false],
];

for (const [a, b, expected] of OVERLAPS) {
  test(`${a} and ${b} ${expected ? 'can' : 'cannot'} be the host of one image`, () => {
    assert.equal(hostsOverlap(scope(a), scope(b)), expected);
    assert.equal(hostsOverlap(scope(b), scope(a)), expected);
  });
}

const NARROWED: [string, string, string][] = [
  ['ghcr.io', 'ghcr.io/acme', 'ghcr.io/acme/'],
  ['ghcr.io/acme', 'ghcr.io/acme/x', 'ghcr.io/acme/x/'],
  ['ghcr.io/acme', 'ghcr.io/acme-b', 'none'],
  ['ghcr.io/acme', 'ghcr.io/other', 'none'],
  ['*.example.com/x', 'reg.example.com', 'reg.example.com/x/'],
  ['e*.example.com', '*.example.com', 'e*.example.com'],
  ['a*.io', '*b.io', 'unclear'],
  ['ghcr.io', 'quay.io', 'none'],
  ['docker.io/team', 'https://index.docker.io/v1/', 'docker.io/team/'],
];

for (const [a, b, expected] of NARROWED) {
  test(`both of ${a} and ${b}: ${expected}`, () => {
    for (const narrowed of [narrowScope(scope(a), scope(b)), narrowScope(scope(b), scope(a))]) {
      assert.equal(typeof narrowed === 'string' ? narrowed : keyOfScope(narrowed), expected);
    }
  });
}

const label = fc.stringMatching(/^[ab*]{1,3}$/);
const host = fc.array(label, { minLength: 2, maxLength: 2 }).map((labels) => labels.join('.'));
const path = fc.array(fc.stringMatching(/^[xy-]{1,2}$/), { maxLength: 2 }).map((segments) => segments.join('/'));
const match = fc.tuple(host, path).map(([name, rest]) => (rest ? `${name}/${rest}` : name));
const image = fc
  .tuple(fc.stringMatching(/^[ab]{1,3}\.[ab]{1,3}$/), path)
  .map(([name, rest]) => `${name}/${rest || 'x'}/m`);

test('whatever key a scope gives, kubelets match by it what the scope is for, and nothing else', () => {
  fc.assert(
    fc.property(match, match, image, (a, b, name) => {
      const entries = [a, b].map((text) => ({ ...entryOf(keyOfScope(scope(text))), origin: text }));
      for (const { origin } of matchRegistryEntries(entries, name)) assert.ok(isFor(scope(origin), name));
      const both = narrowScope(scope(a), scope(b));
      const shared = isFor(scope(a), name) && isFor(scope(b), name);
      if (shared) assert.notEqual(both, 'none');
      if (shared) assert.ok(hostsOverlap(scope(a), scope(b)));
      if (typeof both === 'object') assert.equal(isFor(both, name), shared);
    }),
    { numRuns: 5000 },
  );
});

function isFor({ labels, port, path: own }: RegistryScope, name: string): boolean {
  const [hostname = '', ...segments] = name.split('/');
  const pattern = labels.map((each) => each.replaceAll('*', '[^.]*')).join('\\.');
  return (
    port === '' &&
    new RegExp(`^${pattern}$`).test(hostname) &&
    own.every((segment, index) => segment === segments[index]) &&
    own.length < segments.length
  );
}

function entryOf(key: string) {
  return {
    key,
    credential: { username: 'u', password: 'p', identityToken: undefined, registryToken: undefined },
    origin: '',
  };
}

function scope(text: string): RegistryScope {
  const parsed = parseRegistryScope(text);
  assert.ok(parsed, text);
  return parsed;
}
