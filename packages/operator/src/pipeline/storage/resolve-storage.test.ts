import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseStorageScope } from '@serval/api';
import fc from 'fast-check';
import { defaultServingConfig as config } from '../../config/serving-config.ts';
import { type LayerText, layersOf } from '../registry/testing.ts';
import { resolveStorage, ruleForUri, type StorageResolution } from './resolve-storage.ts';
import { storageSecret, storageSourcesOf } from './testing.ts';

interface Case {
  readonly rule: string;
  readonly stage?: LayerText;
  readonly pipeline?: LayerText;
  readonly platform?: LayerText;
  /** `ADDRESS=SECRET` of what a model at the address is read with; `-` where nobody has a word on it, `!` where it cannot be had. */
  readonly reads: string;
  /** `KEY<MATCH` of what is dropped, and by what. */
  readonly drops?: string;
  /** `REASON:MATCH`. */
  readonly problems?: string;
}

const s3 = (id: string) => ({ AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: 'hunter2' });
const entry = (fields: object) => JSON.stringify({ type: 's3', access_key_id: 'x', secret_access_key: 'y', ...fields });

const secrets = {
  a: storageSecret('a', s3('a')),
  b: storageSecret('b', s3('b')),
  same: storageSecret('same', s3('a')),
  half: storageSecret('half', { AWS_SECRET_ACCESS_KEY: 'hunter2' }),
  gcs: storageSecret('gcs', { 'gcloud-application-credentials.json': '{"type":"service_account"}' }),
  azure: storageSecret('azure', { AZURE_STORAGE_ACCESS_KEY: 'aHVudGVyMg==', AZURE_ACCOUNT_NAME: 'models' }),
  hf: storageSecret('hf', { HF_TOKEN: 'hunter2' }),
  web: storageSecret('web', { 'https-host': 'example.com', headers: '{"authorization":"hunter2"}' }),
  port: storageSecret('port', { 'https-host': 'example.com:8443', headers: '{}' }),
  badhost: storageSecret('badhost', { 'https-host': 'hunter2 x', headers: '{}' }),
  hdfs: storageSecret('hdfs', { HDFS_NAMENODE: 'https://nn:9870', TLS_KEY: 'hunter2' }),
  all: storageSecret('all', { ...s3('all'), HF_TOKEN: 'hunter2' }),
  one: storageSecret('one', { minio: entry({}) }),
  two: storageSecret('two', { minio: entry({}), other: entry({}) }),
  byBucket: storageSecret('byBucket', { minio: entry({ bucket: 'models' }), other: entry({ bucket: 'x' }) }),
  byDefault: storageSecret('byDefault', { default_s3: entry({}), other: entry({}) }),
  typeless: storageSecret('typeless', { default_s3: '{"access_key_id":"x","secret_access_key":"y"}' }),
  webEntry: storageSecret('webEntry', {
    web: '{"type":"https","url":"https://example.com/m","headers":{"x":"hunter2"}}',
  }),
  broken: storageSecret('broken', { minio: '{"type":"s3", hunter2' }),
  wrong: storageSecret('wrong', { minio: '{"type":"s3","bucket":["hunter2"]}' }),
  empty: storageSecret('empty', {}),
  docker: storageSecret('docker', {}, { type: 'kubernetes.io/dockerconfigjson' }),
  vault: storageSecret('vault', { ...s3('v'), MODELSCOPE_API_TOKEN: 'hunter2' }),
  gone: null,
} as const;

const cases: readonly Case[] = [
  { rule: 'nothing gives nothing', reads: 's3://models/x=-' },
  { rule: 'the platform is the default', platform: { 's3://models': 'a' }, reads: 's3://models/x=a s3://other/x=-' },
  { rule: 'a pipeline alone', pipeline: { 's3://models': 'a' }, reads: 's3://models/x=a' },
  { rule: 'a stage alone', stage: { 's3://models': 'a' }, reads: 's3://models/x=a' },
  {
    rule: 'an empty pipeline changes nothing',
    stage: {},
    pipeline: {},
    platform: { 's3://models': 'a', 'hf://acme': 'hf' },
    reads: 's3://models/x=a hf://acme/m=hf',
  },
  {
    rule: 'pipeline over platform',
    pipeline: { 's3://models': 'b' },
    platform: { 's3://models': 'a' },
    reads: 's3://models/x=b',
    drops: 's3://models<s3://models',
  },
  {
    rule: 'stage over pipeline over platform',
    stage: { 's3://models': 'b' },
    pipeline: { 's3://models': 'a' },
    platform: { 's3://models': 'all' },
    reads: 's3://models/x=b',
    drops: 's3://models<s3://models s3://models<s3://models',
  },
  {
    rule: 'other buckets are inherited',
    pipeline: { 's3://models': 'b' },
    platform: { 's3://models': 'a', 's3://more': 'a' },
    reads: 's3://models/x=b s3://more/x=a',
    drops: 's3://models<s3://models',
  },
  {
    rule: 'a path masks the whole bucket',
    pipeline: { 's3://models/fraud': 'b' },
    platform: { 's3://models': 'a', 's3://models/other': 'a' },
    reads: 's3://models/fraud/x=b s3://models/x=- s3://models/other/x=-',
    drops: 's3://models<s3://models/fraud s3://models/other<s3://models/fraud',
  },
  {
    rule: 'a path of a stage masks that of a pipeline',
    stage: { 's3://models/a': 'a' },
    pipeline: { 's3://models/b': 'b' },
    reads: 's3://models/a/x=a s3://models/b/x=-',
    drops: 's3://models/b<s3://models/a',
  },
  { rule: 'an entry is for its path', platform: { 's3://models/a': 'a' }, reads: 's3://models/a/x=a s3://models/b=-' },
  { rule: 'paths are whole segments', platform: { 's3://models/a': 'a' }, reads: 's3://models/ab/x=- s3://models/a=a' },
  {
    rule: 'the longest path wins',
    platform: { 's3://models': 'a', 's3://models/fraud': 'b' },
    reads: 's3://models/x=a s3://models/fraud/v1=b s3://models/fraud-2=a',
  },
  {
    rule: 'the longest path counts though it cannot be had',
    platform: { 's3://models': 'a', 's3://models/fraud': 'gone' },
    reads: 's3://models/x=a s3://models/fraud/v1=!',
    problems: 'SecretNotFound:s3://models/fraud',
  },
  {
    rule: 'one that is gone lets nothing farther in',
    pipeline: { 's3://models': 'gone' },
    platform: { 's3://models': 'a' },
    reads: 's3://models/x=!',
    drops: 's3://models<s3://models',
    problems: 'SecretNotFound:s3://models',
  },
  {
    rule: 'one of another type lets nothing farther in',
    stage: { 's3://models': 'docker' },
    platform: { 's3://models': 'a' },
    reads: 's3://models/x=!',
    drops: 's3://models<s3://models',
    problems: 'WrongType:s3://models',
  },
  {
    rule: 'a pipeline that inherits nothing',
    pipeline: { inherit: 'None', 's3://models': 'b' },
    platform: { 's3://more': 'a' },
    reads: 's3://models/x=b s3://more/x=-',
  },
  {
    rule: 'None of a stage needs no entries',
    stage: { inherit: 'None' },
    pipeline: { 's3://models': 'a' },
    platform: { 's3://models': 'a' },
    reads: 's3://models/x=-',
  },
  {
    rule: 'a stage that inherits from a pipeline that does not',
    stage: { 's3://a': 'a' },
    pipeline: { inherit: 'None', 's3://b': 'b' },
    platform: { 's3://c': 'a' },
    reads: 's3://a/x=a s3://b/x=b s3://c/x=-',
  },
  {
    rule: 'None of the platform means nothing',
    platform: { inherit: 'None', 's3://models': 'a' },
    reads: 's3://models/x=a',
  },
  { rule: 'a bucket of another store is another one', platform: { 's3://models': 'a' }, reads: 'gs://models/x=-' },
  { rule: 'names of buckets are as they are written', platform: { 's3://Models': 'a' }, reads: 's3://models/x=-' },
  { rule: 'a file of Google', platform: { 'gs://models': 'gcs' }, reads: 'gs://models/x=gcs' },
  { rule: 'a token for an owner', platform: { 'hf://acme': 'hf' }, reads: 'hf://Acme/m@v1=hf hf://other/m=-' },
  {
    rule: 'a token for one model and all its revisions',
    platform: { 'hf://acme/m': 'hf' },
    reads: 'hf://acme/m:v2=hf hf://acme/m2=-',
  },
  {
    rule: 'a key of an account, by all its addresses',
    platform: { 'https://models.blob.core.windows.net': 'azure' },
    reads: 'https://models.blob.core.windows.net/c/x=azure abfss://c@models.dfs.core.windows.net/x=azure',
  },
  {
    rule: 'a container masks the account, its shares too',
    stage: { 'https://models.blob.core.windows.net/c': 'azure' },
    platform: { 'https://models.file.core.windows.net/s': 'azure' },
    reads: 'abfss://c@models.dfs.core.windows.net/x=azure https://models.file.core.windows.net/s/x=-',
    drops: 'https://models.file.core.windows.net/s<https://models.blob.core.windows.net/c',
  },
  { rule: 'headers of a server', platform: { 'https://example.com': 'web' }, reads: 'https://example.com/m=web' },
  {
    rule: 'headers are not for another server',
    platform: { 'https://other.example.com': 'web' },
    reads: 'https://other.example.com/m=!',
    problems: 'NoCredentialForMatch:https://other.example.com',
  },
  {
    rule: 'a port is another server',
    platform: { 'https://example.com:8443/m': 'port', 'https://example.com/m': 'web' },
    reads: 'https://example.com:8443/m/x=port https://example.com/m/x=web',
  },
  {
    rule: 'https masks http of a server, and is not for it',
    stage: { 'https://example.com': 'web' },
    platform: { 'http://example.com': 'web' },
    reads: 'http://example.com/m=- https://example.com/m=web',
    drops: 'http://example.com<https://example.com',
  },
  {
    rule: 'a host that is none',
    platform: { 'https://example.com': 'badhost' },
    reads: 'https://example.com/m=!',
    problems: 'MalformedStorageConfig:https://example.com',
  },
  {
    rule: 'a repository',
    platform: { 'https://example.com/a/b.git': 'web' },
    reads: 'https://example.com/a/b.git@v1//m=web',
  },
  {
    rule: 'hdfs by all its schemes',
    platform: { 'hdfs://user': 'hdfs' },
    reads: 'hdfs://user/me/m=hdfs webhdfs://user/x=hdfs hdfs:///user/x=hdfs',
  },
  {
    rule: 'one Secret for two stores',
    platform: { 's3://models': 'all', 'hf://acme': 'all' },
    reads: 's3://models/x=all hf://acme/m=all',
  },
  { rule: 'a store of somebody’s own', platform: { 'vault://models': 'vault' }, reads: 'vault://models/x=vault' },
  { rule: 'an entry of a storage configuration', platform: { 's3://models': 'one' }, reads: 's3://models/x=one' },
  { rule: 'the entry of the bucket', platform: { 's3://models': 'byBucket' }, reads: 's3://models/x=byBucket' },
  { rule: 'the entry that is the default', platform: { 's3://models': 'byDefault' }, reads: 's3://models/x=byDefault' },
  {
    rule: 'an entry whose key says its type',
    platform: { 's3://models': 'typeless' },
    reads: 's3://models/x=typeless',
  },
  {
    rule: 'two entries that are alike',
    platform: { 's3://models': 'two' },
    reads: 's3://models/x=!',
    problems: 'AmbiguousMatch:s3://models',
  },
  {
    rule: 'an entry for a server',
    platform: { 'https://example.com/m': 'webEntry' },
    reads: 'https://example.com/m=webEntry',
  },
  {
    rule: 'an entry for another server',
    platform: { 'https://example.org': 'webEntry' },
    reads: 'https://example.org/m=!',
    problems: 'NoCredentialForMatch:https://example.org',
  },
  {
    rule: 'an entry that is no JSON',
    platform: { 's3://models': 'broken' },
    reads: 's3://models/x=!',
    problems: 'MalformedStorageConfig:s3://models',
  },
  {
    rule: 'an entry with a list for a text',
    platform: { 's3://models': 'wrong' },
    reads: 's3://models/x=!',
    problems: 'MalformedStorageConfig:s3://models',
  },
  {
    rule: 'half of a credential',
    platform: { 's3://models': 'half' },
    reads: 's3://models/x=!',
    problems: 'MalformedStorageConfig:s3://models',
  },
  {
    rule: 'a Secret for another kind of store',
    platform: { 's3://models': 'hf' },
    reads: 's3://models/x=!',
    problems: 'NoCredentialForMatch:s3://models',
  },
  {
    rule: 'an empty Secret',
    platform: { 's3://models': 'empty' },
    reads: 's3://models/x=!',
    problems: 'NoCredentialForMatch:s3://models',
  },
  {
    rule: 'two for the same, which differ',
    platform: { 'hf://acme/m': 'hf', 'hf://Acme/m': 'all', 's3://models': 'a', 's3://models/': 'b' },
    reads: 's3://models/x=! hf://acme/m=hf',
    problems: 'AmbiguousMatch:s3://models',
  },
  {
    rule: 'two for the same, which agree',
    platform: { 's3://models': 'a', 's3://models/': 'same' },
    reads: 's3://models/x=a',
  },
  {
    rule: 'two for the same, one of which is gone',
    platform: { 's3://models': 'a', 's3://models/': 'gone' },
    reads: 's3://models/x=!',
    problems: 'SecretNotFound:s3://models/',
  },
  {
    rule: 'what needs no credential, or another kind of one',
    platform: { 'pvc://claim': 'a', 'oci://ghcr.io': 'a', nonsense: 'a' },
    reads: 'pvc://claim/x=- oci://ghcr.io/m=-',
    problems: 'InvalidMatch:pvc://claim InvalidMatch:oci://ghcr.io InvalidMatch:nonsense',
  },
  { rule: 'an address that goes up leads nowhere', platform: { 's3://models': 'a' }, reads: 's3://models/../other=-' },
];

for (const { rule, reads, drops = '', problems = '', ...layers } of cases) {
  test(rule, () => {
    const resolution = resolveStorage(layersOf(layers), storageSourcesOf(secrets), config);
    const words = reads.split(' ').map((word) => word.slice(0, word.lastIndexOf('=')));
    assert.equal(words.map((address) => `${address}=${readWith(resolution, address)}`).join(' '), reads);
    assert.equal(resolution.dropped.map(({ key, maskedBy }) => `${key}<${maskedBy.match}`).join(' '), drops);
    assert.equal(resolution.problems.map(({ reason, match }) => `${reason}:${match}`).join(' '), problems);
    const told = resolution.problems.map(({ message }) => message).join();
    assert.doesNotMatch(told, /hunter2/);
  });
}

function readWith(resolution: StorageResolution, address: string): string {
  const outcome = ruleForUri(resolution, address)?.outcome;
  if (!outcome) return '-';
  return 'entry' in outcome ? outcome.entry.sourceRef.name : '!';
}

test('what is projected has the values of the Secret alone, and a Pod refers to all of them', () => {
  const platform = {
    's3://models': 'a',
    'gs://models': 'gcs',
    'hf://acme': 'hf',
    'https://models.blob.core.windows.net': 'azure',
    'https://example.com': 'web',
    'hdfs://user': 'hdfs',
    's3://entry': 'byDefault',
    'vault://x': 'vault',
  };
  const { effective } = resolveStorage(layersOf({ platform }), storageSourcesOf(secrets), config);
  assert.equal(effective.length, Object.keys(platform).length);
  for (const { id, credential, key } of effective) {
    const { env = [], volumes = [] } = credential.part;
    const referred = [
      ...env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef ?? []),
      ...volumes.flatMap(({ secret }) => (secret?.items ?? []).map((item) => ({ ...item, name: secret?.secretName }))),
    ];
    assert.ok(referred.length > 0, key);
    assert.ok(referred.every(({ name }) => name === 'serval-storage-credentials'));
    assert.deepEqual([...new Set(referred.map((one) => one.key))].sort(), Object.keys(credential.content).sort(), key);
    for (const name of Object.keys(credential.content)) {
      assert.ok(name.startsWith(`${id}.`));
      assert.match(name, /^[-._a-zA-Z0-9]{1,253}$/);
    }
    assert.doesNotMatch(JSON.stringify(credential.part), /hunter2/);
  }
});

const places = [
  's3://a',
  's3://b',
  'gs://a',
  'https://a.io',
  'http://a.io',
  'https://a.io:81',
  'hdfs://a',
  'webhdfs://a',
];
const paths = ['', '/', '/x', '/x/', '/x/y', '/xy', '/x-y'];
const matches = places.flatMap((place) => paths.map((path) => place + path));
const names = ['s1', 's2', 's3', 's4'];
const layer = fc.record({
  inherit: fc.constantFrom('PerHost', 'PerHost', 'None'),
  entries: fc.dictionary(fc.constantFrom(...matches), fc.constantFrom(...names), { maxKeys: 4 }),
});
const contents = fc.record(Object.fromEntries(names.map((name) => [name, fc.option(fc.constant(true), { freq: 5 })])));
const addresses = places.flatMap((place) =>
  ['', '/x', '/x/m', '/x/y/m', '/xy/m', '/x-y/m', '/z'].map((path) => place + path),
);

/** Has something for every store. */
const drawnSecret = (name: string) =>
  storageSecret(name, {
    ...s3(name),
    'gcloud-application-credentials.json': name,
    'https-host': 'a.io',
    headers: name,
    HDFS_NAMENODE: name,
  });

test('whatever the layers are, a model is read only with what the nearest layer with a word on its store gives', () => {
  let found = 0;
  fc.assert(
    fc.property(layer, layer, layer, contents, (stage, pipeline, platform, there) => {
      const drawn = [stage, pipeline, platform];
      const text = { stage: flat(stage), pipeline: flat(pipeline), platform: flat(platform) };
      const known = Object.fromEntries(names.map((name) => [name, there[name] ? drawnSecret(name) : null]));
      const resolution = resolveStorage(layersOf(text), storageSourcesOf(known), config);
      for (const address of addresses) {
        const used = readWith(resolution, address);
        if (!names.includes(used)) continue;
        found += 1;
        const allowed = allowedFor(address, drawn).filter((name) => there[name]);
        assert.ok(allowed.includes(used), `${used} for ${address}; allowed: ${allowed.join(', ')}`);
      }
      const held = resolution.effective.flatMap(({ credential }) => Object.values(credential.content));
      const meant = drawn.flatMap(({ entries }) => Object.values(entries)).filter((name) => there[name]);
      for (const value of held) {
        const plain = Buffer.from(value, 'base64').toString();
        assert.ok(!names.includes(plain) || meant.includes(plain), `${plain} is nobody's`);
      }
    }),
    { numRuns: 2000 },
  );
  assert.ok(found > 5_000, `${found}`);
});

test('a source that is taken away never brings another one in', () => {
  fc.assert(
    fc.property(layer, layer, layer, fc.constantFrom(...names), (stage, pipeline, platform, gone) => {
      const layers = layersOf({ stage: flat(stage), pipeline: flat(pipeline), platform: flat(platform) });
      const all = Object.fromEntries(names.map((name) => [name, drawnSecret(name)]));
      const before = resolveStorage(layers, storageSourcesOf(all), config);
      const after = resolveStorage(layers, storageSourcesOf({ ...all, [gone]: null }), config);
      for (const address of addresses) {
        const [was, is] = [readWith(before, address), readWith(after, address)];
        assert.ok(is === was || is === '!', `${address}: ${was}, then ${is}`);
      }
    }),
    { numRuns: 1000 },
  );
});

interface Drawn {
  readonly inherit: string;
  readonly entries: Readonly<Record<string, string>>;
}

function flat({ inherit, entries }: Drawn): LayerText {
  return { ...entries, inherit };
}

/** By the words of the rule: nothing of what it judges is used. */
function allowedFor(address: string, layers: readonly Drawn[]): string[] {
  for (const { inherit, entries } of layers) {
    const speaking = Object.entries(entries).filter(([match]) => storeOf(match) === storeOf(address));
    if (speaking.length > 0) return speaking.filter(([match]) => isBelow(address, match)).map(([, secret]) => secret);
    if (inherit === 'None') break;
  }
  return [];
}

function storeOf(text: string): string {
  const [scheme = '', rest = ''] = text.split('://');
  return `${scheme.replace('https', 'http').replace('webhdfs', 'hdfs')}:${rest.split('/')[0]}`;
}

function isBelow(address: string, match: string): boolean {
  const [one, other] = [address, match].map((text) => `${text.replace('webhdfs:', 'hdfs:').replace(/\/$/, '')}/`);
  return (one ?? '').startsWith(other ?? '?');
}

test('addresses of the property are addresses', () => {
  for (const address of [...addresses, ...matches]) assert.ok(parseStorageScope(address), address);
});
