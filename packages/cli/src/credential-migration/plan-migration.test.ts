import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pipeline, PlatformDefaults } from '@serval/api';
import fc from 'fast-check';
import type { SecretRead } from './known-secrets.ts';
import { type MigrationPlan, planMigration } from './plan-migration.ts';
import type { Workload } from './workloads.ts';

const sentinel = 'SENTINEL';

/** `{ KEY: USER }`, or null for one that is there and no pull Secret. */
type Keys = Readonly<Record<string, string>> | null;

interface Case {
  /** `NAMESPACE IMAGE SECRET,SECRET`; Secrets are those of ServiceAccount `default`. */
  pulls: string[];
  secrets: Record<string, Keys>;
  /** `NAMESPACE ADDRESS SECRET,SECRET`; Secrets are those of ServiceAccount `default`. An address `-` is one of `model.storage`. */
  reads?: string[];
  /** Opaque Secrets with keys of S3, by their access key. */
  stores?: Record<string, string>;
  /** `{ NAMESPACE/NAME: 'STAGE=NAMESPACE STAGE=NAMESPACE' }`. */
  pipelines?: Record<string, string>;
  /** `{ NAMESPACE/NAME[ STAGE]: { MATCH: SECRET } }`; of the platform without a name. */
  there?: Record<string, Record<string, string>>;
  only?: string;
  whole?: boolean;
  /** `PLACE MATCH SECRET`. */
  entries?: string[];
  /** `FROM > TO`. */
  copies?: string[];
  verdicts?: string[];
  readVerdicts?: string[];
  byHand?: number;
  conflicts?: RegExp[];
  blocked?: RegExp[];
  notes?: RegExp[];
}

const three = 'dev=fraud-dev test=fraud-test prod=fraud-prod';
const copiesOfOne = {
  'fraud-dev/pull': { 'ghcr.io': 'team' },
  'fraud-test/pull': { 'ghcr.io': 'team' },
  'fraud-prod/pull': { 'ghcr.io': 'team' },
};
const everywhere = ['fraud-dev ghcr.io/a/b pull', 'fraud-test ghcr.io/a/b pull', 'fraud-prod ghcr.io/a/b pull'];

const cases: Record<string, Case> = {
  'copies in all stages become one source, in the pipeline': {
    pulls: everywhere,
    secrets: copiesOfOne,
    pipelines: { 'team-a/fraud': three },
    entries: ['team-a/fraud ghcr.io team-a/pull'],
    copies: ['fraud-dev/pull > team-a/pull'],
    verdicts: ['Same', 'Same', 'Same'],
    byHand: 3,
  },
  'what one stage uses belongs to that stage': {
    pulls: ['fraud-dev ghcr.io/a/b pull', 'fraud-test quay.io/x pull'],
    secrets: { 'fraud-dev/pull': { 'ghcr.io': 'team' }, 'fraud-test/pull': { 'quay.io': 'other' } },
    pipelines: { 'team-a/fraud': three },
    entries: ['team-a/fraud:dev ghcr.io team-a/pull', 'team-a/fraud:test quay.io team-a/pull-2'],
    copies: ['fraud-dev/pull > team-a/pull', 'fraud-test/pull > team-a/pull-2'],
    verdicts: ['Same', 'Same'],
    byHand: 2,
  },
  'stages with different credentials for one host keep their own': {
    pulls: ['fraud-dev ghcr.io/a pull', 'fraud-test ghcr.io/a pull', 'fraud-prod ghcr.io/a strong'],
    secrets: { ...copiesOfOne, 'fraud-prod/strong': { 'ghcr.io': 'prod' } },
    pipelines: { 'team-a/fraud': three },
    entries: [
      'team-a/fraud:dev ghcr.io team-a/pull',
      'team-a/fraud:test ghcr.io team-a/pull',
      'team-a/fraud:prod ghcr.io team-a/strong',
    ],
    copies: ['fraud-dev/pull > team-a/pull', 'fraud-prod/strong > team-a/strong'],
    verdicts: ['Same', 'Same', 'Same'],
    byHand: 3,
  },
  'a Secret beside the pipeline that holds the same is used': {
    pulls: everywhere,
    secrets: { ...copiesOfOne, 'team-a/mine': { 'ghcr.io': 'team' } },
    pipelines: { 'team-a/fraud': three },
    entries: ['team-a/fraud ghcr.io team-a/mine'],
    verdicts: ['Same', 'Same', 'Same'],
    byHand: 3,
  },
  'a name that is taken gets a number': {
    pulls: everywhere,
    secrets: { ...copiesOfOne, 'team-a/pull': { 'ghcr.io': 'somebody else' }, 'team-a/pull-2': null },
    pipelines: { 'team-a/fraud': three },
    entries: ['team-a/fraud ghcr.io team-a/pull-3'],
    copies: ['fraud-dev/pull > team-a/pull-3'],
    verdicts: ['Same', 'Same', 'Same'],
    byHand: 3,
  },
  'only keys that an image needs become entries': {
    pulls: ['fraud-dev ghcr.io/acme/x pull'],
    secrets: { 'fraud-dev/pull': { 'ghcr.io/acme': 'team', 'quay.io': 'team', 'https://index.docker.io/v1/': 'team' } },
    pipelines: { 'team-a/fraud': three },
    entries: ['team-a/fraud:dev ghcr.io/acme team-a/pull'],
    copies: ['fraud-dev/pull > team-a/pull'],
    verdicts: ['Same'],
    byHand: 1,
  },
  'keys of Docker Hub are one host by its name': {
    pulls: ['fraud-dev docker.io/library/redis pull'],
    secrets: { 'fraud-dev/pull': { 'https://index.docker.io/v1/': 'team' } },
    pipelines: { 'team-a/fraud': three },
    entries: ['team-a/fraud:dev docker.io team-a/pull'],
    copies: ['fraud-dev/pull > team-a/pull'],
    verdicts: ['Same'],
    byHand: 1,
  },
  'what every namespace has is the platform’s, where all were looked at': {
    pulls: ['one ghcr.io/a pull', 'two ghcr.io/b pull'],
    secrets: { 'one/pull': { 'ghcr.io': 'all' }, 'two/pull': { 'ghcr.io': 'all' } },
    whole: true,
    entries: ['- ghcr.io serval-credentials/pull'],
    copies: ['one/pull > serval-credentials/pull'],
    verdicts: ['Same', 'Same'],
    byHand: 2,
  },
  'nothing is the platform’s where only some namespaces were looked at': {
    pulls: ['one ghcr.io/a pull', 'two ghcr.io/b pull'],
    secrets: { 'one/pull': { 'ghcr.io': 'all' }, 'two/pull': { 'ghcr.io': 'all' } },
    verdicts: ['Own', 'Own'],
    notes: [/^namespace one is no stage of a pipeline/, /^namespace two is no stage/],
  },
  'nor what one namespace has not': {
    pulls: ['one ghcr.io/a pull', 'two ghcr.io/b pull', 'three quay.io/c'],
    secrets: { 'one/pull': { 'ghcr.io': 'all' }, 'two/pull': { 'ghcr.io': 'all' } },
    whole: true,
    verdicts: ['Own', 'Own', 'None'],
    notes: [/^namespace one is no stage/, /^namespace two is no stage/],
  },
  'nor what a single namespace has': {
    pulls: ['one ghcr.io/a pull'],
    secrets: { 'one/pull': { 'ghcr.io': 'all' } },
    whole: true,
    verdicts: ['Own'],
    notes: [/^namespace one is no stage/],
  },
  'a team’s own credential stays the team’s beside the platform’s': {
    pulls: ['fraud-dev ghcr.io/a all', 'fraud-dev quay.io/x own', 'two ghcr.io/b all'],
    secrets: {
      'fraud-dev/all': { 'ghcr.io': 'all' },
      'fraud-dev/own': { 'quay.io': 'team' },
      'two/all': { 'ghcr.io': 'all' },
    },
    pipelines: { 'team-a/fraud': 'dev=fraud-dev' },
    whole: true,
    entries: ['- ghcr.io serval-credentials/all', 'team-a/fraud:dev quay.io team-a/own'],
    copies: ['fraud-dev/all > serval-credentials/all', 'fraud-dev/own > team-a/own'],
    verdicts: ['Same', 'Same', 'Same'],
    byHand: 3,
  },
  'one pipeline alone': {
    pulls: ['fraud-dev ghcr.io/a pull', 'other ghcr.io/a pull'],
    secrets: { 'fraud-dev/pull': { 'ghcr.io': 'x' }, 'other/pull': { 'ghcr.io': 'x' } },
    pipelines: { 'team-a/fraud': 'dev=fraud-dev', 'team-b/other': 'dev=other' },
    only: 'team-a/fraud',
    whole: true,
    entries: ['team-a/fraud:dev ghcr.io team-a/pull'],
    copies: ['fraud-dev/pull > team-a/pull'],
    verdicts: ['Same', 'Own'],
    byHand: 1,
    notes: [/^namespace other is no stage of Pipeline team-a\/fraud/],
  },
  'an entry that is there with the same credential leaves nothing to do but to take out': {
    pulls: ['fraud-dev ghcr.io/a pull'],
    secrets: { 'fraud-dev/pull': { 'ghcr.io': 'x' }, 'team-a/there': { 'ghcr.io': 'x' } },
    pipelines: { 'team-a/fraud': 'dev=fraud-dev' },
    there: { 'team-a/fraud dev': { 'https://GHCR.io/': 'there' } },
    verdicts: ['Same'],
    byHand: 1,
  },
  'what the platform gives already is added nowhere': {
    pulls: ['fraud-dev ghcr.io/a pull'],
    reads: ['fraud-dev s3://models/a s3'],
    secrets: { 'fraud-dev/pull': { 'ghcr.io': 'x' }, 'serval-credentials/there': { 'ghcr.io': 'x' } },
    stores: { 'fraud-dev/s3': 'k', 'serval-credentials/s3': 'k' },
    pipelines: { 'team-a/fraud': 'dev=fraud-dev' },
    there: { '': { 'ghcr.io': 'there', 's3://models': 's3' } },
    verdicts: ['Same'],
    readVerdicts: ['Same'],
    byHand: 2,
  },
  'what is not granted gives nothing': {
    pulls: ['fraud-dev ghcr.io/a pull'],
    secrets: { 'fraud-dev/pull': { 'ghcr.io': 'x' }, 'team-b/there': { 'ghcr.io': 'x' } },
    pipelines: { 'team-a/fraud': 'dev=fraud-dev' },
    there: { 'team-a/fraud': { 'ghcr.io': 'team-b/there' } },
    entries: ['team-a/fraud:dev ghcr.io team-a/pull'],
    copies: ['fraud-dev/pull > team-a/pull'],
    verdicts: ['Same'],
    byHand: 1,
  },
  'an entry that is there with another credential is left, and told': {
    pulls: ['fraud-dev ghcr.io/a pull'],
    secrets: { 'fraud-dev/pull': { 'ghcr.io': 'x' }, 'team-a/there': { 'ghcr.io': 'other' } },
    pipelines: { 'team-a/fraud': 'dev=fraud-dev' },
    there: { 'team-a/fraud dev': { 'ghcr.io': 'there' } },
    verdicts: ['Fewer'],
    conflicts: [/stage dev: ghcr\.io is there already, of Secret team-a\/there, whose content is another/],
  },
  'an entry that is there and cannot be read is left, and told': {
    pulls: ['fraud-dev ghcr.io/a pull'],
    secrets: { 'fraud-dev/pull': { 'ghcr.io': 'x' } },
    pipelines: { 'team-a/fraud': 'dev=fraud-dev' },
    there: { 'team-a/fraud dev': { 'ghcr.io': 'there' } },
    verdicts: ['Own'],
    conflicts: [/whose content is not known/],
  },
  'two credentials for one key of one stage are for a person to decide': {
    pulls: ['fraud-dev ghcr.io/a one,two'],
    secrets: { 'fraud-dev/one': { 'ghcr.io': 'x' }, 'fraud-dev/two': { 'ghcr.io': 'y' } },
    pipelines: { 'team-a/fraud': 'dev=fraud-dev' },
    verdicts: ['Own'],
    conflicts: [/ghcr\.io is pulled with different credentials, of fraud-dev\/one, fraud-dev\/two/],
  },
  'two credentials for paths of one host are two entries': {
    pulls: ['fraud-dev ghcr.io/a/x one,two', 'fraud-dev ghcr.io/b/x one,two'],
    secrets: { 'fraud-dev/one': { 'ghcr.io/a': 'x' }, 'fraud-dev/two': { 'ghcr.io/b': 'y' } },
    pipelines: { 'team-a/fraud': 'dev=fraud-dev' },
    entries: ['team-a/fraud:dev ghcr.io/a team-a/one', 'team-a/fraud:dev ghcr.io/b team-a/two'],
    copies: ['fraud-dev/one > team-a/one', 'fraud-dev/two > team-a/two'],
    verdicts: ['Same', 'Same'],
    byHand: 2,
  },
  'an image that only a kubelet’s raw prefix matches keeps its own pull secret': {
    pulls: ['fraud-dev ghcr.io/acme-b/x pull'],
    secrets: { 'fraud-dev/pull': { 'ghcr.io/acme': 'x' } },
    pipelines: { 'team-a/fraud': 'dev=fraud-dev' },
    entries: ['team-a/fraud:dev ghcr.io/acme team-a/pull'],
    copies: ['fraud-dev/pull > team-a/pull'],
    verdicts: ['Own'],
  },
  'an entry that would mask what another image needs blocks': {
    pulls: ['fraud-dev ghcr.io/a/x pull', 'fraud-dev ghcr.io/b/x'],
    secrets: { 'fraud-dev/pull': { 'ghcr.io/a': 'x' }, 'serval-credentials/all': { 'ghcr.io': 'all' } },
    pipelines: { 'team-a/fraud': 'dev=fraud-dev' },
    there: { '': { 'ghcr.io': 'all' } },
    entries: ['team-a/fraud:dev ghcr.io/a team-a/pull'],
    copies: ['fraud-dev/pull > team-a/pull'],
    verdicts: ['Fewer', 'Lost'],
    blocked: [/ghcr\.io\/b\/x is pulled with Platform serval-credentials\/all \(ghcr\.io\) today/],
    byHand: 1,
  },
  'Secrets that are none, that are gone, and that nothing needs are told': {
    pulls: ['fraud-dev ghcr.io/a opaque,gone,idle'],
    secrets: { 'fraud-dev/opaque': null, 'fraud-dev/idle': { 'quay.io': 'x' } },
    pipelines: { 'team-a/fraud': 'dev=fraud-dev' },
    verdicts: ['None'],
    byHand: 1,
    notes: [
      /^Secret fraud-dev\/gone does not exist/,
      /^Secret fraud-dev\/idle is for no image/,
      /^Secret fraud-dev\/opaque is of type Opaque/,
    ],
  },
  'a user in a key is no part of it, and a key that matches nothing is left': {
    pulls: ['fraud-dev reg.io/a/x pull'],
    secrets: { 'fraud-dev/pull': { 'reg.io/*': 'y', 'user:SENTINEL@reg.io': 'z' } },
    pipelines: { 'team-a/fraud': 'dev=fraud-dev' },
    entries: ['team-a/fraud:dev reg.io team-a/pull'],
    copies: ['fraud-dev/pull > team-a/pull'],
    verdicts: ['Same'],
    byHand: 1,
  },
  'what all stages read with becomes one source too': {
    pulls: [],
    reads: ['fraud-dev s3://models/a s3', 'fraud-test s3://models/b s3', 'fraud-prod s3://models/a s3'],
    secrets: {},
    stores: { 'fraud-dev/s3': 'k', 'fraud-test/s3': 'k', 'fraud-prod/s3': 'k' },
    pipelines: { 'team-a/fraud': three },
    entries: ['team-a/fraud s3://models team-a/s3'],
    copies: ['fraud-dev/s3 > team-a/s3'],
    readVerdicts: ['Same', 'Same', 'Same'],
    byHand: 3,
  },
  'images and models of one stage, whose Secrets have one name': {
    pulls: ['fraud-dev ghcr.io/a pull'],
    reads: ['fraud-dev s3://models/a pull-s3', 'fraud-dev https://open.example.com/m pull-s3'],
    secrets: { 'fraud-dev/pull': { 'ghcr.io': 'x' }, 'team-a/pull-s3': { 'other.io': 'x' } },
    stores: { 'fraud-dev/pull-s3': 'k' },
    pipelines: { 'team-a/fraud': 'dev=fraud-dev' },
    entries: ['team-a/fraud:dev ghcr.io team-a/pull', 'team-a/fraud:dev s3://models team-a/pull-s3-2'],
    copies: ['fraud-dev/pull > team-a/pull', 'fraud-dev/pull-s3 > team-a/pull-s3-2'],
    verdicts: ['Same'],
    readVerdicts: ['Same', 'None'],
    byHand: 2,
  },
  'what every namespace reads with is the platform’s': {
    pulls: [],
    reads: ['one s3://models/a s3', 'two s3://models/b s3'],
    secrets: {},
    stores: { 'one/s3': 'k', 'two/s3': 'k' },
    whole: true,
    entries: ['- s3://models serval-credentials/s3'],
    copies: ['one/s3 > serval-credentials/s3'],
    readVerdicts: ['Same', 'Same'],
    byHand: 2,
  },
  'a bucket that is read with two credentials is for a person to decide': {
    pulls: [],
    reads: ['fraud-dev s3://models/a one', 'fraud-dev s3://models/b two'],
    secrets: {},
    stores: { 'fraud-dev/one': 'x', 'fraud-dev/two': 'y' },
    pipelines: { 'team-a/fraud': 'dev=fraud-dev' },
    readVerdicts: ['Own', 'Own'],
    conflicts: [/s3:\/\/models is read with different credentials, of fraud-dev\/one, fraud-dev\/two/],
  },
  'a service that names its credential itself is told': {
    pulls: [],
    reads: ['fraud-dev - s3'],
    secrets: {},
    stores: { 'fraud-dev/s3': 'k' },
    pipelines: { 'team-a/fraud': 'dev=fraud-dev' },
    notes: [/InferenceService scorer names its credential itself/],
  },
  'nothing to pull, nothing to do': { pulls: [], secrets: {}, pipelines: { 'team-a/fraud': three }, whole: true },
};

for (const [name, of] of Object.entries(cases)) {
  test(name, () => {
    const plan = planOf(of);
    const place = ({ pipeline, stage }: MigrationPlan['entries'][number]) =>
      pipeline ? `${pipeline.metadata.namespace}/${pipeline.metadata.name}${stage ? `:${stage}` : ''}` : '-';
    assert.deepEqual(
      plan.entries.map(
        (entry) => `${place(entry)} ${entry.match} ${entry.secretRef.namespace}/${entry.secretRef.name}`,
      ),
      of.entries ?? [],
    );
    assert.deepEqual(
      plan.secrets.map(({ from, to }) => `${from.namespace}/${from.name} > ${to.namespace}/${to.name}`),
      of.copies ?? [],
    );
    assert.deepEqual(
      plan.pulls.map(({ verdict }) => verdict),
      of.verdicts ?? [],
      JSON.stringify(plan.pulls, null, 1),
    );
    assert.deepEqual(
      plan.reads.map(({ verdict }) => verdict),
      of.readVerdicts ?? [],
      JSON.stringify(plan.reads, null, 1),
    );
    assert.equal(plan.byHand.length, of.byHand ?? 0, plan.byHand.join('\n'));
    for (const field of ['conflicts', 'blocked', 'notes'] as const) {
      const expected = of[field] ?? [];
      assert.equal(plan[field].length, expected.length, plan[field].join('\n'));
      for (const [index, pattern] of expected.entries()) assert.match(plan[field][index] ?? '', pattern);
    }
    assert.doesNotMatch(JSON.stringify(plan), new RegExp(sentinel));
    if (plan.blocked.length === 0 && plan.conflicts.length === 0) settles(of, plan);
  });
}

test('nobody gets a credential that they have not got, whatever they use', () => {
  const namespaces = ['one', 'two', 'three', 'four'];
  const key = fc.constantFrom('ghcr.io', 'ghcr.io/a', 'ghcr.io/a/b', '*.io', 'quay.io');
  const secret = fc.dictionary(key, fc.constantFrom('x', 'y'), { minKeys: 1, maxKeys: 3 });
  const images = ['ghcr.io/a/b', 'ghcr.io/a/c', 'ghcr.io/ab', 'quay.io/x', 'docker.io/library/x'];
  const world = fc.record({
    own: fc.array(fc.array(secret, { maxLength: 2 }), { minLength: 4, maxLength: 4 }),
    stages: fc.subarray(namespaces),
    whole: fc.boolean(),
  });
  fc.assert(
    fc.property(world, ({ own, stages, whole }) => {
      const secrets = Object.fromEntries(
        own.flatMap((list, at) => list.map((keys, index) => [`${namespaces[at]}/s${index}`, keys])),
      );
      const pulls = own.flatMap((list, at) =>
        images.map((image) => `${namespaces[at]} ${image} ${list.map((_, index) => `s${index}`)}`),
      );
      const of: Case = {
        pulls,
        secrets,
        whole,
        pipelines: stages.length > 0 ? { 'team/p': stages.map((name) => `${name}=${name}`).join(' ') } : {},
      };
      const plan = planOf(of);
      for (const row of plan.pulls) {
        // Of paths, kubelets match more than entries say; without any, nothing is lost but what a person has to decide.
        const mayLose = row.image !== 'quay.io/x' || plan.conflicts.length > 0;
        const refused = ['More', 'Other', 'Lost', ...(mayLose ? [] : ['Fewer'])];
        assert.ok(!refused.includes(row.verdict), JSON.stringify([row, plan.entries], null, 1));
      }
      if (plan.conflicts.length === 0) settles(of, plan);
    }),
    { numRuns: 1000 },
  );
});

/** With everything written, a second run has nothing to do. */
function settles(of: Case, plan: MigrationPlan): void {
  const { observed } = observedOf(of);
  const secrets = new Map(observed.secrets);
  for (const { from, to } of plan.secrets) {
    secrets.set(`${to.namespace}/${to.name}`, secrets.get(`${from.namespace}/${from.name}`) as SecretRead);
  }
  const pipelines = observed.pipelines.map(
    (pipeline) => plan.pipelines.find(({ metadata }) => metadata.name === pipeline.metadata.name) ?? pipeline,
  );
  const again = planMigration({
    ...observed,
    secrets,
    pipelines,
    only: observed.only && pipelines.find(({ metadata }) => metadata.name === observed.only?.metadata.name),
    defaults: plan.defaults ?? observed.defaults,
  });
  assert.deepEqual([again.entries, again.secrets], [[], []]);
}

function planOf(of: Case): MigrationPlan {
  return planMigration(observedOf(of).observed);
}

function observedOf({
  pulls,
  secrets,
  reads = [],
  stores = {},
  pipelines = {},
  there = {},
  only,
  whole = false,
}: Case) {
  const objects = Object.entries(pipelines).map(([name, stages]) => pipelineOf(name, stages, there));
  const own = there[''];
  const defaults = own ? ({ metadata: { name: 'default' }, spec: set(own) } as unknown as PlatformDefaults) : undefined;
  const observed = {
    workloads: [...pulls.map(workloadOf), ...reads.map(readerOf)],
    secrets: new Map([
      ...Object.entries(secrets).map(([name, keys]) => [name, secretOf(name, keys)] as const),
      ...Object.entries(stores).map(([name, key]) => [name, storeOf(name, key)] as const),
    ]),
    defaults,
    pipelines: objects,
    grants: [],
    only: objects.find(({ metadata }) => `${metadata.namespace}/${metadata.name}` === only),
    isWhole: whole,
  };
  return { observed };
}

function workloadOf(text: string): Workload {
  const [namespace = '', image = '', names = ''] = text.split(' ');
  const pullSecrets = names === '' ? [] : names.split(',').map((name) => ({ name, at: 'ServiceAccount default' }));
  return {
    namespace,
    service: 'scorer',
    images: [image],
    pullSecrets,
    models: [],
    storageSecrets: [],
    namesEntry: false,
  };
}

function readerOf(text: string): Workload {
  const [namespace = '', address = '', names = ''] = text.split(' ');
  return {
    namespace,
    service: 'scorer',
    images: [],
    pullSecrets: [],
    models: [address],
    storageSecrets: names.split(',').map((name) => ({ name, at: 'secrets of ServiceAccount default' })),
    namesEntry: address === '-',
  };
}

function storeOf(name: string, key: string): SecretRead {
  const [namespace = '', own = ''] = name.split('/');
  const data = { AWS_ACCESS_KEY_ID: key, AWS_SECRET_ACCESS_KEY: `${sentinel}-${key}` };
  const encoded = Object.entries(data).map(([field, value]) => [field, Buffer.from(value).toString('base64')]);
  const metadata = { namespace, name: own, annotations: { 'serving.kserve.io/s3-endpoint': 'minio:9000' } };
  return { state: 'read', secret: { apiVersion: 'v1', kind: 'Secret', metadata, data: Object.fromEntries(encoded) } };
}

function secretOf(name: string, keys: Keys): SecretRead {
  const [namespace = '', own = ''] = name.split('/');
  const auths = Object.entries(keys ?? {}).map(([key, user]) => [
    key,
    { username: user, password: `${sentinel}-${user}` },
  ]);
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace, name: own },
    type: keys === null ? 'Opaque' : 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': Buffer.from(JSON.stringify({ auths: Object.fromEntries(auths) })).toString('base64') },
  };
  return { state: 'read', secret };
}

function set(entries: Record<string, string>) {
  const list = (isStore: boolean) =>
    Object.entries(entries)
      .filter(([match]) => match.includes('s3://') === isStore)
      .map(([match, text]) => {
        const [name = '', namespace] = text.split('/').toReversed();
        return { match, secretRef: { name, ...(namespace ? { namespace } : {}) } };
      });
  return { registryCredentials: { entries: list(false) }, storageCredentials: { entries: list(true) } };
}

function pipelineOf(full: string, stages: string, there: Record<string, Record<string, string>>): Pipeline {
  const [namespace = '', name = ''] = full.split('/');
  const own = there[full];
  return {
    apiVersion: 'platform.serval.dev/v1alpha1',
    kind: 'Pipeline',
    metadata: { namespace, name },
    spec: {
      ...(own ? set(own) : {}),
      stages: stages.split(' ').map((stage) => {
        const [stageName = '', stageNamespace = ''] = stage.split('=');
        const entries = there[`${full} ${stageName}`];
        return { name: stageName, namespace: stageNamespace, ...(entries ? set(entries) : {}) };
      }),
    },
  };
}
