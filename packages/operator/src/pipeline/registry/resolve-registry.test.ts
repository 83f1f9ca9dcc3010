import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matchRegistryEntries, parseDockerConfig } from '@serval/storage/registry-credentials';
import fc from 'fast-check';
import { compileDockerConfig } from './compile-docker-config.ts';
import { resolveRegistry } from './resolve-registry.ts';
import { type LayerText, layersOf, sourcesOf } from './testing.ts';

interface Case {
  readonly rule: string;
  readonly stage?: LayerText;
  readonly pipeline?: LayerText;
  readonly platform?: LayerText;
  /** `KEY=SECRET` of what a namespace gets. */
  readonly gets: string;
  /** `KEY<MATCH` of what is dropped, and by what. */
  readonly drops?: string;
  /** `REASON:MATCH`. */
  readonly problems?: string;
}

/** The Secrets of all cases, with the keys of their docker configs. */
const secrets = {
  ghcr: ['ghcr.io'],
  ghcr2: ['ghcr.io'],
  url: ['https://ghcr.io/v2/'],
  upper: ['GHCR.IO'],
  acme: ['ghcr.io/acme'],
  both: ['ghcr.io', 'ghcr.io/acme'],
  twice: ['ghcr.io', 'https://ghcr.io'],
  quay: ['quay.io'],
  many: ['ghcr.io', 'quay.io', 'reg.example.com'],
  reg: ['reg.example.com'],
  port: ['reg.example.com:5000'],
  wild: ['*.example.com'],
  wilder: ['*.*.com'],
  part: ['r*.example.com'],
  end: ['*g.example.com'],
  hub: ['https://index.docker.io/v1/'],
  hub2: ['docker.io'],
  hubTeam: ['docker.io/team'],
  io: ['*.io'],
  six: ['[::1]:5000'],
  local: ['localhost'],
  nonsense: ['a b.io'],
  gone: null,
} as const;

const cases: readonly Case[] = [
  { rule: 'nothing gives nothing', gets: '' },
  { rule: 'the platform is the default', platform: { 'ghcr.io': 'ghcr' }, gets: 'ghcr.io=ghcr' },
  {
    rule: 'all of the platform',
    platform: { 'ghcr.io': 'ghcr', 'quay.io': 'quay' },
    gets: 'ghcr.io=ghcr quay.io=quay',
  },
  { rule: 'a pipeline alone', pipeline: { 'ghcr.io': 'ghcr' }, gets: 'ghcr.io=ghcr' },
  { rule: 'a stage alone', stage: { 'ghcr.io': 'ghcr' }, gets: 'ghcr.io=ghcr' },
  {
    rule: 'an empty pipeline changes nothing',
    stage: {},
    pipeline: {},
    platform: { 'ghcr.io': 'ghcr', 'docker.io': 'hub' },
    gets: 'docker.io=hub ghcr.io=ghcr',
  },
  {
    rule: 'pipeline over platform',
    pipeline: { 'ghcr.io': 'ghcr2' },
    platform: { 'ghcr.io': 'ghcr' },
    gets: 'ghcr.io=ghcr2',
    drops: 'ghcr.io<ghcr.io',
  },
  {
    rule: 'stage over pipeline',
    stage: { 'ghcr.io': 'ghcr2' },
    pipeline: { 'ghcr.io': 'ghcr' },
    gets: 'ghcr.io=ghcr2',
    drops: 'ghcr.io<ghcr.io',
  },
  {
    rule: 'stage over pipeline over platform',
    stage: { 'ghcr.io': 'url' },
    pipeline: { 'ghcr.io': 'ghcr2' },
    platform: { 'ghcr.io': 'ghcr' },
    gets: 'ghcr.io=url',
    drops: 'ghcr.io<ghcr.io ghcr.io<ghcr.io',
  },
  {
    rule: 'other hosts are inherited',
    pipeline: { 'ghcr.io': 'ghcr2' },
    platform: { 'ghcr.io': 'ghcr', 'quay.io': 'quay' },
    gets: 'ghcr.io=ghcr2 quay.io=quay',
    drops: 'ghcr.io<ghcr.io',
  },
  {
    rule: 'each layer gives a host',
    stage: { 'ghcr.io': 'ghcr' },
    pipeline: { 'quay.io': 'quay' },
    platform: { 'reg.example.com': 'reg' },
    gets: 'ghcr.io=ghcr quay.io=quay reg.example.com=reg',
  },
  {
    rule: 'a pipeline that inherits nothing',
    pipeline: { inherit: 'None', 'ghcr.io': 'ghcr2' },
    platform: { 'quay.io': 'quay' },
    gets: 'ghcr.io=ghcr2',
  },
  {
    rule: 'a pipeline that inherits nothing and names nothing',
    pipeline: { inherit: 'None' },
    platform: { 'quay.io': 'quay' },
    gets: '',
  },
  {
    rule: 'a stage that inherits nothing',
    stage: { inherit: 'None', 'ghcr.io': 'ghcr' },
    pipeline: { 'quay.io': 'quay' },
    platform: { 'docker.io': 'hub' },
    gets: 'ghcr.io=ghcr',
  },
  {
    rule: 'a stage that inherits from a pipeline that does not',
    stage: { 'ghcr.io': 'ghcr' },
    pipeline: { inherit: 'None', 'quay.io': 'quay' },
    platform: { 'docker.io': 'hub' },
    gets: 'ghcr.io=ghcr quay.io=quay',
  },
  {
    rule: 'None of the platform means nothing',
    platform: { inherit: 'None', 'quay.io': 'quay' },
    gets: 'quay.io=quay',
  },
  {
    rule: 'None of a stage needs no entries',
    stage: { inherit: 'None' },
    pipeline: { 'ghcr.io': 'ghcr' },
    platform: { 'ghcr.io': 'ghcr' },
    gets: '',
  },
  {
    rule: 'a path masks the whole host',
    pipeline: { 'ghcr.io/acme': 'ghcr2' },
    platform: { 'ghcr.io': 'ghcr' },
    gets: 'ghcr.io/acme/=ghcr2',
    drops: 'ghcr.io<ghcr.io/acme',
  },
  {
    rule: 'a path masks another path',
    pipeline: { 'ghcr.io/acme': 'ghcr2' },
    platform: { 'ghcr.io/other': 'ghcr' },
    gets: 'ghcr.io/acme/=ghcr2',
    drops: 'ghcr.io/other/<ghcr.io/acme',
  },
  {
    rule: 'a host masks paths',
    pipeline: { 'ghcr.io': 'ghcr2' },
    platform: { 'ghcr.io/acme': 'ghcr' },
    gets: 'ghcr.io=ghcr2',
    drops: 'ghcr.io/acme/<ghcr.io',
  },
  {
    rule: 'a host masks a wildcard that takes it',
    pipeline: { 'reg.example.com': 'reg' },
    platform: { '*.example.com': 'wild' },
    gets: 'reg.example.com=reg',
    drops: '*.example.com<reg.example.com',
  },
  {
    rule: 'a wildcard masks a host that it takes',
    pipeline: { '*.example.com': 'wild' },
    platform: { 'reg.example.com': 'reg' },
    gets: '*.example.com=wild',
    drops: 'reg.example.com<*.example.com',
  },
  {
    rule: 'a wildcard masks a wildcard that crosses it',
    pipeline: { 'r*.example.com': 'part' },
    platform: { '*g.example.com': 'end' },
    gets: 'r*.example.com=part',
    drops: '*g.example.com<r*.example.com',
  },
  {
    rule: 'a wildcard leaves a host that it does not take',
    pipeline: { '*.example.com': 'wild' },
    platform: { 'ghcr.io': 'ghcr' },
    gets: '*.example.com=wild ghcr.io=ghcr',
  },
  {
    rule: 'of a wildcard, hosts that no nearer one names stay where its Secret names them',
    pipeline: { 'quay.io': 'quay' },
    platform: { '*.io': 'many' },
    gets: 'ghcr.io=many quay.io=quay',
    drops: 'quay.io<quay.io',
  },
  {
    rule: 'ports are other hosts',
    pipeline: { 'reg.example.com:5000': 'port' },
    platform: { 'reg.example.com': 'reg' },
    gets: 'reg.example.com=reg reg.example.com:5000=port',
  },
  {
    rule: 'a wildcard has no port',
    pipeline: { '*.example.com': 'wild' },
    platform: { 'reg.example.com:5000': 'port' },
    gets: '*.example.com=wild reg.example.com:5000=port',
  },
  {
    rule: 'an upper case host masks',
    pipeline: { 'GHCR.io': 'ghcr2' },
    platform: { 'ghcr.io': 'ghcr' },
    gets: 'ghcr.io=ghcr2',
    drops: 'ghcr.io<GHCR.io',
  },
  { rule: 'a Secret in upper case', platform: { 'ghcr.io': 'upper' }, gets: 'ghcr.io=upper' },
  { rule: 'a Secret with scheme and API path', platform: { 'ghcr.io': 'url' }, gets: 'ghcr.io=url' },
  { rule: 'a match with scheme and API path', platform: { 'https://ghcr.io/v2/': 'ghcr' }, gets: 'ghcr.io=ghcr' },
  {
    rule: 'Docker Hub by its old address',
    platform: { 'https://index.docker.io/v1/': 'hub' },
    gets: 'docker.io=hub',
  },
  { rule: 'Docker Hub by its name', platform: { 'docker.io': 'hub' }, gets: 'docker.io=hub' },
  { rule: 'Docker Hub with a Secret by its name', platform: { 'index.docker.io': 'hub2' }, gets: 'docker.io=hub2' },
  {
    rule: 'names of Docker Hub mask each other',
    pipeline: { 'docker.io': 'hub2' },
    platform: { 'https://index.docker.io/v1/': 'hub' },
    gets: 'docker.io=hub2',
    drops: 'docker.io<docker.io',
  },
  {
    rule: 'a team on Docker Hub masks all of it',
    pipeline: { 'index.docker.io/team': 'hub2' },
    platform: { 'docker.io': 'hub' },
    gets: 'docker.io/team/=hub2',
    drops: 'docker.io<index.docker.io/team',
  },
  { rule: 'a Secret of a team on Docker Hub', platform: { 'docker.io': 'hubTeam' }, gets: 'docker.io/team/=hubTeam' },
  {
    rule: 'a wildcard takes Docker Hub',
    pipeline: { '*.io': 'io' },
    platform: { 'docker.io': 'hub' },
    gets: '*.io=io',
    drops: 'docker.io<*.io',
  },
  {
    rule: 'Docker Hub masks a wildcard that takes it',
    pipeline: { 'docker.io': 'hub' },
    platform: { '*.io': 'io' },
    gets: 'docker.io=hub',
    drops: '*.io<docker.io',
  },
  {
    rule: 'the address behind Docker Hub is another host',
    pipeline: { 'registry-1.docker.io': 'gone' },
    platform: { 'docker.io': 'hub' },
    gets: 'docker.io=hub',
    problems: 'SecretNotFound:registry-1.docker.io',
  },
  {
    rule: 'a match narrows its Secret',
    platform: { 'ghcr.io/acme': 'ghcr' },
    gets: 'ghcr.io/acme/=ghcr',
  },
  { rule: 'a match takes what its Secret has below it', platform: { 'ghcr.io': 'acme' }, gets: 'ghcr.io/acme/=acme' },
  {
    rule: 'a Secret for another path has nothing',
    platform: { 'ghcr.io/other': 'acme' },
    gets: '',
    problems: 'NoCredentialForMatch:ghcr.io/other',
  },
  {
    rule: 'a path ends with its segment',
    platform: { 'ghcr.io/ac': 'acme' },
    gets: '',
    problems: 'NoCredentialForMatch:ghcr.io/ac',
  },
  { rule: 'a path that ends with a slash', platform: { 'ghcr.io/acme/': 'ghcr' }, gets: 'ghcr.io/acme/=ghcr' },
  { rule: 'a path of two segments', platform: { 'ghcr.io/acme/x': 'acme' }, gets: 'ghcr.io/acme/x/=acme' },
  {
    rule: 'a Secret for another host has nothing',
    platform: { 'ghcr.io': 'quay' },
    gets: '',
    problems: 'NoCredentialForMatch:ghcr.io',
  },
  { rule: 'of a Secret with several hosts, that of the match', platform: { 'quay.io': 'many' }, gets: 'quay.io=many' },
  {
    rule: 'a Secret with several hosts, by several entries',
    platform: { 'quay.io': 'many', 'ghcr.io': 'many' },
    gets: 'ghcr.io=many quay.io=many',
  },
  {
    rule: 'a host of a Secret with a wildcard',
    platform: { 'reg.example.com': 'wild' },
    gets: 'reg.example.com=wild',
  },
  {
    rule: 'a wildcard with a Secret of one host',
    platform: { '*.example.com': 'reg' },
    gets: 'reg.example.com=reg',
  },
  { rule: 'the narrower of two wildcards', platform: { '*.example.com': 'part' }, gets: 'r*.example.com=part' },
  {
    rule: 'wildcards over several labels',
    platform: { '*.example.com': 'wilder' },
    gets: '*.example.com=wilder',
  },
  {
    rule: 'wildcards that cross cannot be said by a key',
    platform: { 'r*.example.com': 'end' },
    gets: '',
    problems: 'AmbiguousMatch:r*.example.com',
  },
  {
    rule: 'a wildcard that names no host of the Secret',
    platform: { '*.com': 'wild' },
    gets: '',
    problems: 'NoCredentialForMatch:*.com',
  },
  {
    rule: 'a Secret with a host and a path',
    platform: { 'ghcr.io': 'both' },
    gets: 'ghcr.io=both ghcr.io/acme/=both',
  },
  {
    rule: 'of one Secret, the key that is nearer to the match',
    platform: { 'ghcr.io/acme': 'both' },
    gets: 'ghcr.io/acme/=both',
  },
  {
    rule: 'a host twice in one Secret, with different credentials',
    platform: { 'ghcr.io': 'twice' },
    gets: '',
    problems: 'AmbiguousMatch:ghcr.io',
  },
  {
    rule: 'one layer, a host and a path',
    platform: { 'ghcr.io': 'ghcr', 'ghcr.io/acme': 'ghcr2' },
    gets: 'ghcr.io=ghcr ghcr.io/acme/=ghcr2',
  },
  {
    rule: 'one layer, the path before the host: the nearer one wins',
    platform: { 'ghcr.io': 'acme', 'ghcr.io/acme': 'ghcr2' },
    gets: 'ghcr.io/acme/=ghcr2',
  },
  {
    rule: 'one layer, one host in two spellings and two Secrets',
    platform: { 'ghcr.io': 'ghcr', 'https://ghcr.io': 'ghcr2' },
    gets: '',
    problems: 'AmbiguousMatch:ghcr.io',
  },
  {
    rule: 'one layer, one host in two spellings and one Secret',
    platform: { 'ghcr.io': 'ghcr', 'https://ghcr.io': 'ghcr' },
    gets: 'ghcr.io=ghcr',
  },
  {
    rule: 'one layer, a host and a wildcard: each its own key',
    platform: { 'reg.example.com': 'reg', '*.example.com': 'wild' },
    gets: '*.example.com=wild reg.example.com=reg',
  },
  {
    rule: 'one layer, a host over a wildcard for the same key',
    platform: { 'reg.example.com': 'wild', '*.example.com': 'reg' },
    gets: 'reg.example.com=wild',
  },
  {
    rule: 'an ambiguous entry masks all the same',
    pipeline: { 'ghcr.io': 'twice' },
    platform: { 'ghcr.io': 'ghcr' },
    gets: '',
    drops: 'ghcr.io<ghcr.io',
    problems: 'AmbiguousMatch:ghcr.io',
  },
  {
    rule: 'a Secret that is gone gives nothing',
    platform: { 'ghcr.io': 'gone' },
    gets: '',
    problems: 'SecretNotFound:ghcr.io',
  },
  {
    rule: 'nor is what is farther used in its place',
    pipeline: { 'ghcr.io': 'gone' },
    platform: { 'ghcr.io': 'ghcr' },
    gets: '',
    drops: 'ghcr.io<ghcr.io',
    problems: 'SecretNotFound:ghcr.io',
  },
  {
    rule: 'nor over two layers',
    stage: { 'ghcr.io': 'gone' },
    pipeline: { 'ghcr.io': 'ghcr2' },
    platform: { 'ghcr.io': 'ghcr' },
    gets: '',
    drops: 'ghcr.io<ghcr.io ghcr.io<ghcr.io',
    problems: 'SecretNotFound:ghcr.io',
  },
  {
    rule: 'one that is gone leaves other hosts alone',
    pipeline: { 'ghcr.io': 'gone' },
    platform: { 'quay.io': 'quay' },
    gets: 'quay.io=quay',
    problems: 'SecretNotFound:ghcr.io',
  },
  {
    rule: 'what is masked wholly need not be there',
    pipeline: { 'ghcr.io': 'ghcr' },
    platform: { 'ghcr.io': 'gone' },
    gets: 'ghcr.io=ghcr',
    drops: 'ghcr.io<ghcr.io',
  },
  {
    rule: 'what is masked in part has to be there',
    pipeline: { 'reg.example.com': 'reg' },
    platform: { '*.example.com': 'gone' },
    gets: 'reg.example.com=reg',
    problems: 'SecretNotFound:*.example.com',
  },
  {
    rule: 'a Secret whose entry has nothing masks',
    pipeline: { 'ghcr.io': 'quay' },
    platform: { 'ghcr.io': 'ghcr' },
    gets: '',
    drops: 'ghcr.io<ghcr.io',
    problems: 'NoCredentialForMatch:ghcr.io',
  },
  { rule: 'no match', platform: { '': 'ghcr' }, gets: '', problems: 'InvalidMatch:' },
  { rule: 'a match with two hosts', platform: { 'a b': 'ghcr' }, gets: '', problems: 'InvalidMatch:a b' },
  {
    rule: 'an image is no match',
    platform: { 'ghcr.io/x:v1': 'ghcr' },
    gets: '',
    problems: 'InvalidMatch:ghcr.io/x:v1',
  },
  { rule: 'a star in a path', platform: { 'ghcr.io/*': 'ghcr' }, gets: '', problems: 'InvalidMatch:ghcr.io/*' },
  { rule: 'IPv6', platform: { '[::1]:5000': 'six' }, gets: '[::1]:5000=six' },
  { rule: 'IPv6 without a port', platform: { '[::1]': 'six' }, gets: '', problems: 'InvalidMatch:[::1]' },
  { rule: 'a host of one label', platform: { localhost: 'local' }, gets: 'localhost=local' },
  {
    rule: 'a star takes hosts of one label only',
    pipeline: { '*': 'local' },
    platform: { 'ghcr.io': 'ghcr' },
    gets: 'ghcr.io=ghcr localhost=local',
  },
  {
    rule: 'a Secret of another namespace',
    pipeline: { 'ghcr.io': 'team-b/ghcr' },
    gets: 'ghcr.io=ghcr',
  },
  {
    rule: 'a Secret with keys that no kubelet reads',
    platform: { 'ghcr.io': 'nonsense' },
    gets: '',
    problems: 'MalformedDockerConfig:ghcr.io',
  },
];

for (const { rule, gets, drops = '', problems = '', ...layers } of cases) {
  test(`${rule}: ${JSON.stringify(layers)}`, () => {
    const resolution = resolveRegistry(layersOf(layers), sourcesOf(secrets));
    assert.equal(resolution.effective.map(({ key, sourceRef }) => `${key}=${sourceRef.name}`).join(' '), gets);
    assert.equal(resolution.dropped.map(({ key, maskedBy }) => `${key}<${maskedBy.match}`).join(' '), drops);
    assert.equal(resolution.problems.map(({ reason, match }) => `${reason}:${match}`).join(' '), problems);
  });
}

test('there are enough cases for the rules', () => assert.ok(cases.length >= 80, `${cases.length}`));

const hosts = ['a.io', 'b.io', '*.io', 'a*.io', '*a.io', 'docker.io', 'index.docker.io', 'https://index.docker.io/v1/'];
const paths = ['', '/x', '/x/', '/x/y', '/xy', '/x-y'];
const matches = hosts.flatMap((host) => (host.endsWith('/') ? [host] : paths.map((path) => host + path)));
const names = ['s1', 's2', 's3', 's4'];
const layer = fc.record({
  inherit: fc.constantFrom('PerHost', 'PerHost', 'None'),
  entries: fc.dictionary(fc.constantFrom(...matches), fc.constantFrom(...names), { maxKeys: 3 }),
});
const images = ['a.io', 'b.io', 'ab.io', 'docker.io', 'c.io:5000'].flatMap((host) =>
  ['x', 'x/m', 'x/y', 'x/y/m', 'xy/m', 'x-y/m', 'z'].map((path) => `${host}/${path}`),
);
const contents = fc.record(
  Object.fromEntries(
    names.map((name) => [
      name,
      fc.option(fc.uniqueArray(fc.constantFrom(...matches), { minLength: 1, maxLength: 3 }), { freq: 5 }),
    ]),
  ),
);

test('whatever the layers are, a kubelet finds for an image only what the nearest layer with a word on its host gives', () => {
  let found = 0;
  fc.assert(
    fc.property(layer, layer, layer, contents, (stage, pipeline, platform, auths) => {
      const text = { stage: flat(stage), pipeline: flat(pipeline), platform: flat(platform) };
      const { effective } = resolveRegistry(layersOf(text), sourcesOf(auths));
      const { entries, problems } = parseDockerConfig(compileDockerConfig(effective), 'dockerconfigjson', '');
      assert.deepEqual(problems, []);
      for (const image of images) {
        for (const { credential } of matchRegistryEntries(entries, image)) {
          found += 1;
          const allowed = allowedFor(image, [stage, pipeline, platform], auths);
          const used = `${credential.username} ${credential.password}`;
          assert.ok(allowed.has(used), `${used} for ${image}; allowed: ${[...allowed].join(', ')}`);
        }
      }
    }),
    { numRuns: 3000 },
  );
  assert.ok(found > 2_000, `${found}`);
});

test('a source that is taken away never brings another one in', () => {
  fc.assert(
    fc.property(layer, layer, layer, contents, fc.constantFrom(...names), (stage, pipeline, platform, auths, gone) => {
      const layers = layersOf({ stage: flat(stage), pipeline: flat(pipeline), platform: flat(platform) });
      const before = resolveRegistry(layers, sourcesOf(auths)).effective;
      const after = resolveRegistry(layers, sourcesOf({ ...auths, [gone]: null })).effective;
      for (const { source, key } of after) {
        const nearerBefore = before.filter((one) => one.key === key && rank(one.source) < rank(source));
        assert.deepEqual(nearerBefore, []);
      }
      assert.ok(after.every(({ sourceRef }) => sourceRef.name !== gone));
    }),
    { numRuns: 1000 },
  );
});

function rank(source: string): number {
  return ['Stage', 'Pipeline', 'Platform'].indexOf(source);
}

interface Drawn {
  readonly inherit: string;
  readonly entries: Readonly<Record<string, string>>;
}

function flat({ inherit, entries }: Drawn): LayerText {
  return { ...entries, inherit };
}

/** By the words of the rule and regular expressions: nothing of what it judges is used. */
function allowedFor(
  image: string,
  layers: readonly Drawn[],
  auths: Readonly<Record<string, readonly string[] | null>>,
): Set<string> {
  for (const { inherit, entries } of layers) {
    const speaking = Object.entries(entries).filter(([match]) => partsOf(match).host.test(hostOf(image)));
    if (speaking.length > 0) {
      return new Set(
        speaking
          .filter(([match]) => isBelow(image, match))
          .flatMap(([, secret]) =>
            (auths[secret] ?? []).filter((key) => isBelow(image, key)).map((key) => `${secret} ${key}`),
          ),
      );
    }
    if (inherit === 'None') break;
  }
  return new Set();
}

function hostOf(image: string): string {
  return image.slice(0, image.indexOf('/'));
}

function partsOf(match: string): { host: RegExp; path: string } {
  const text = match
    .replace('https://', '')
    .replace('/v1/', '')
    .replace(/^index\./, '');
  const slash = text.indexOf('/');
  const host = slash < 0 ? text : text.slice(0, slash);
  const pattern = host.replaceAll('.', '\\.').replaceAll('*', '[^.]*');
  return { host: new RegExp(`^${pattern}$`), path: slash < 0 ? '' : text.slice(slash).replace(/\/$/, '') };
}

function isBelow(image: string, match: string): boolean {
  const { host, path } = partsOf(match);
  return host.test(hostOf(image)) && image.slice(image.indexOf('/')).startsWith(`${path}/`);
}
