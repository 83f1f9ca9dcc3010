import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { RegistryEntry } from './docker-config.ts';
import { matchRegistryEntries } from './match.ts';

function entry(key: string, origin = ''): RegistryEntry {
  const credential = { username: 'u', password: 'p', identityToken: undefined, registryToken: undefined };
  return { key, credential, origin };
}

/** What the kubelet (1.33) tries for an image, in this order. */
const TABLE: { rule: string; keys: string[]; image: string; tried: string[] }[] = [
  { rule: 'host', keys: ['reg.io', 'other.io'], image: 'reg.io/team/x', tried: ['reg.io'] },
  {
    rule: 'scheme and API path do not count',
    keys: ['https://reg.io/v1/', 'http://reg.io/v2/team'],
    image: 'reg.io/team/x',
    tried: ['http://reg.io/v2/team', 'https://reg.io/v1/'],
  },
  { rule: 'but without its last slash v1 is a path', keys: ['https://reg.io/v1'], image: 'reg.io/team/x', tried: [] },
  { rule: 'a scheme in capitals is no scheme', keys: ['HTTPS://reg.io'], image: 'reg.io/team/x', tried: [] },
  { rule: 'other schemes are none', keys: ['ftp://reg.io', 'oci://reg.io'], image: 'reg.io/team/x', tried: [] },
  { rule: 'capitals count', keys: ['REG.io', 'Reg.io'], image: 'reg.io/team/x', tried: [] },
  { rule: 'a key without a port takes no image with one', keys: ['reg.io'], image: 'reg.io:5000/x', tried: [] },
  { rule: 'nor the other way round', keys: ['reg.io:5000'], image: 'reg.io/x', tried: [] },
  { rule: '443 is a port like others', keys: ['reg.io:443'], image: 'reg.io/x', tried: [] },
  { rule: 'an empty port is none', keys: ['reg.io:'], image: 'reg.io/x', tried: ['reg.io:'] },
  { rule: '* is one label', keys: ['*.reg.io', '*.io', '*'], image: 'eu.reg.io/x', tried: ['*.reg.io'] },
  {
    rule: '* may be a part of a label, and several',
    keys: ['e*.reg.io', '*-1.reg.*', 'x*.reg.io'],
    image: 'eu-1.reg.io/x',
    tried: ['e*.reg.io', '*-1.reg.*'],
  },
  { rule: '* takes no bare domain', keys: ['*.reg.io'], image: 'reg.io/x', tried: [] },
  { rule: '* is a star in a path', keys: ['reg.io/te*'], image: 'reg.io/team/x', tried: [] },
  {
    rule: 'longer paths go first',
    keys: ['reg.io', 'reg.io/team', 'reg.io/team/x'],
    image: 'reg.io/team/x',
    tried: ['reg.io/team/x', 'reg.io/team', 'reg.io'],
  },
  {
    rule: 'paths are prefixes of text: a key of team-a is used for team-ab',
    keys: ['reg.io/team-a'],
    image: 'reg.io/team-ab/x',
    tried: ['reg.io/team-a'],
  },
  { rule: 'a slash ends that', keys: ['reg.io/team-a/'], image: 'reg.io/team-ab/x', tried: [] },
  { rule: 'but then not for the name itself', keys: ['reg.io/team-a/'], image: 'reg.io/team-a', tried: [] },
  {
    rule: 'text decides, not length: a star goes after letters',
    keys: ['*.io/team', 'reg.io'],
    image: 'reg.io/team/x',
    tried: ['reg.io', '*.io/team'],
  },
  {
    rule: 'one key in several spellings: as given',
    keys: ['https://reg.io', 'reg.io', 'reg.io/'],
    image: 'reg.io/x',
    tried: ['https://reg.io', 'reg.io', 'reg.io/'],
  },
  { rule: 'user in a key does not count', keys: ['user@reg.io'], image: 'reg.io/x', tried: ['user@reg.io'] },
  {
    rule: 'Docker Hub',
    keys: ['https://index.docker.io/v1/'],
    image: 'docker.io/library/x',
    tried: ['https://index.docker.io/v1/'],
  },
  {
    rule: 'Docker Hub with other spellings',
    keys: ['index.docker.io', 'index.docker.io/v2/'],
    image: 'docker.io/team/x',
    tried: ['index.docker.io', 'index.docker.io/v2/'],
  },
  {
    rule: 'docker.io hides the others',
    keys: ['https://index.docker.io/v1/', 'docker.io'],
    image: 'docker.io/library/x',
    tried: ['docker.io'],
  },
  {
    rule: 'index.docker.io takes no path',
    keys: ['https://index.docker.io/v1/library'],
    image: 'docker.io/library/x',
    tried: [],
  },
  {
    rule: 'and not without the last slash',
    keys: ['https://index.docker.io/v1'],
    image: 'docker.io/library/x',
    tried: [],
  },
  { rule: 'docker.io takes one', keys: ['docker.io/team'], image: 'docker.io/team/x', tried: ['docker.io/team'] },
  {
    rule: 'the address behind Docker Hub is no alias',
    keys: ['registry-1.docker.io', 'hub.docker.com'],
    image: 'docker.io/library/x',
    tried: [],
  },
  { rule: 'Docker Hub entries are for it alone', keys: ['https://index.docker.io/v1/'], image: 'reg.io/x', tried: [] },
  {
    rule: 'addresses',
    keys: ['10.0.0.1:5000', '10.0.0.*:5000'],
    image: '10.0.0.1:5000/x',
    tried: ['10.0.0.1:5000', '10.0.0.*:5000'],
  },
  { rule: 'IPv6 with a port', keys: ['[::1]:5000'], image: '[::1]:5000/x', tried: ['[::1]:5000'] },
  { rule: 'IPv6 without one never', keys: ['[::1]'], image: '[::1]/x', tried: [] },
  {
    rule: 'nonsense is ignored',
    keys: ['https://', 'a b.io', 'reg.io:port', 'reg.io/%zz', '', 'r[e]g.io'],
    image: 'reg.io/x',
    tried: [],
  },
  { rule: 'a bare path of everything', keys: ['reg.io//'], image: 'reg.io/x', tried: [] },
];

for (const { rule, keys, image, tried } of TABLE) {
  test(`${rule}: ${keys.join(', ')} for ${image}`, () => {
    const entries = keys.map((key) => entry(key));
    assert.deepEqual(
      matchRegistryEntries(entries, image).map(({ key }) => key),
      tried,
    );
  });
}

test('entries of one key over several files come in the order of the files', () => {
  const entries = [entry('reg.io', 'first'), entry('reg.io/x', 'second'), entry('reg.io', 'third')];
  assert.deepEqual(
    matchRegistryEntries(entries, 'reg.io/x').map(({ origin }) => origin),
    ['second', 'first', 'third'],
  );
});

test('whatever stands in keys and names, nothing is thrown, and only entries that were given come back', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' })), fc.string({ unit: 'binary' }), (keys, image) => {
      const entries = keys.map((key) => entry(key));
      for (const each of matchRegistryEntries(entries, image)) assert.ok(entries.includes(each));
    }),
  );
});

test('a star takes any text of one label, and never another number of labels', () => {
  const label = fc.stringMatching(/^[a-z0-9]{1,6}$/);
  fc.assert(
    fc.property(fc.array(label, { minLength: 1, maxLength: 4 }), fc.nat(), (labels, at) => {
      const host = `${labels.join('.')}:1`;
      const star = labels.with(at % labels.length, '*').join('.');
      assert.equal(matchRegistryEntries([entry(`${star}:1`)], `${host}/x`).length, 1);
      assert.equal(matchRegistryEntries([entry(`*.${star}:1`)], `${host}/x`).length, 0);
    }),
  );
});
