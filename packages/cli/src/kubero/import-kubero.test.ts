import assert from 'node:assert/strict';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkObject } from '@serval/api';
import { parseDockerConfig } from '@serval/storage/registry-credentials';
import fc from 'fast-check';
import { importKubero, type KuberoImport } from './import-kubero.ts';
import type { ImportNote } from './note.ts';
import { readKubero } from './read-kubero.ts';
import { filesOf, noteLines, writeFiles } from './write-import.ts';

const sentinel = 'SENTINEL-p4ss';

function read(text: string, namespace?: string): KuberoImport {
  const notes: ImportNote[] = [];
  return importKubero(readKubero(text, 'kubero.yaml', notes), namespace, notes);
}

const pipeline = (spec: string, name = 'fraud') =>
  `apiVersion: application.kubero.dev/v1alpha1\nkind: KuberoPipeline\nmetadata: {name: ${name}}\nspec: ${spec}\n`;
const app = (spec: string, name = 'scorer') =>
  `apiVersion: application.kubero.dev/v1alpha1\nkind: KuberoApp\nmetadata: {name: ${name}}\nspec: ${spec}\n`;
const phases = 'phases: [{name: test, enabled: true}, {name: production, enabled: true}]';
const image = 'image: {repository: ghcr.io/acme/scorer, tag: v1}';
const deployed = `pipeline: fraud, phase: test, deploymentstrategy: docker, ${image}`;

interface Case {
  text: string;
  namespace?: string;
  stages?: string[];
  services?: string[];
  secrets?: string[];
  /** Beginning with the kind of the note. */
  notes?: RegExp[];
  check?: (found: KuberoImport) => void;
}

const cases: Record<string, Case> = {
  'phases that are enabled become stages, in their order': {
    text: pipeline(
      '{phases: [{name: test, enabled: true}, {name: stage, enabled: false}, {name: production, enabled: true}]}',
    ),
    stages: ['test=fraud-test', 'production=fraud-production'],
    notes: [/^left phase stage is not enabled/],
  },
  'the review phase is no stage but environments of their own': {
    text: pipeline('{reviewapps: true, phases: [{name: review, enabled: true}, {name: prod, enabled: true}]}'),
    stages: ['prod=fraud-prod'],
    notes: [/^left review apps: /],
    check: ({ pipelines }) => assert.deepEqual(pipelines[0]?.spec.review, {}),
  },
  'a registry in plain text becomes a Secret, and is to be rotated': {
    text: pipeline(`{${phases}, registry: {host: reg.example.com/acme, username: bot, password: '${sentinel}"\\'}}`),
    stages: ['test=fraud-test', 'production=fraud-production'],
    secrets: ['fraud/fraud-registry'],
    notes: [/^rotate registry\.password .* it is now in Secret fraud\/fraud-registry$/],
    check: ({ pipelines, secrets }) => {
      const [entry] = pipelines[0]?.spec.registryCredentials?.entries ?? [];
      assert.deepEqual(entry, { match: 'reg.example.com/acme', secretRef: { name: 'fraud-registry' } });
      const text = Buffer.from(secrets[0]?.data?.['.dockerconfigjson'] ?? '', 'base64').toString();
      const [auth] = parseDockerConfig(text, 'dockerconfigjson', '').entries;
      assert.equal(auth?.key, 'reg.example.com/acme');
      assert.deepEqual([auth.credential.username, auth.credential.password], ['bot', `${sentinel}"\\`]);
    },
  },
  'pipelines of one namespace have a Secret each': {
    namespace: 'team-a',
    text: [
      pipeline(`{${phases}, registry: {host: a.io, username: u, password: p}}`, 'one'),
      pipeline(`{${phases}, registry: {host: b.io, username: u, password: p}}`, 'two'),
    ].join('---\n'),
    stages: ['test=one-test', 'production=one-production', 'test=two-test', 'production=two-production'],
    secrets: ['team-a/one-registry', 'team-a/two-registry'],
    notes: [/^rotate registry/, /^rotate registry/],
  },
  'a registry that Kubero copies is left to migrating': {
    text: pipeline(`{${phases}, registry: {createSecret: copy, host: a.io, username: u, password: ${sentinel}}}`),
    stages: ['test=fraud-test', 'production=fraud-production'],
    notes: [/^rotate registry\.password/, /^left registry\.createSecret: copy: .*credentials migrate/],
  },
  'a registry without a password has no Secret': {
    text: pipeline(`{${phases}, registry: {host: a.io}}`),
    stages: ['test=fraud-test', 'production=fraud-production'],
    notes: [/^left registry: has no user and password/],
  },
  'a registry that is none is refused, and its password is to be rotated all the same': {
    text: pipeline(`{${phases}, registry: {host: "bot:${sentinel}@reg.io", username: u, password: ${sentinel}}}`),
    stages: ['test=fraud-test', 'production=fraud-production'],
    notes: [/^rotate registry\.password/, /^refused registry\.host must not hold a user name or password/],
  },
  'teams become groups, a private key is to be withdrawn, and builds are left': {
    text: pipeline(`{${phases}, access: {teams: [ml]}, buildpack: {name: Node}, git: {keys: {priv: ${sentinel}}}}`),
    stages: ['test=fraud-test', 'production=fraud-production'],
    notes: [/^rotate git\.keys\.priv/, /^left buildpack: /, /^left git: /],
    check: ({ pipelines }) => assert.deepEqual(pipelines[0]?.spec.access, { groups: ['ml'] }),
  },
  'another cluster, hosts and variables of a phase are told': {
    text: pipeline(
      `{phases: [{name: test, enabled: true, context: other, domain: x.io, defaultEnvvars: [{name: A, value: ${sentinel}}]}]}`,
    ),
    stages: ['test=fraud-test'],
    notes: [/^left phase test: context: /, /^left phase test: domain: /, /^left phase test: defaultEnvvars: /],
  },
  'an app with an image becomes a service': {
    text: app(
      `{${deployed}, web: {replicaCount: 2}, podsize: {resources: {limits: {cpu: 500m}}}, healthcheck: {enabled: true, path: up}}`,
    ),
    services: ['fraud-test/scorer'],
    notes: [/^left its phase is no stage of what is imported/],
    check: ({ services }) => {
      const { minReplicas, maxReplicas, containers } = services[0]?.spec.predictor ?? {};
      assert.deepEqual([minReplicas, maxReplicas], [2, 2]);
      assert.deepEqual(containers, [
        {
          name: 'kserve-container',
          image: 'ghcr.io/acme/scorer:v1',
          ports: [{ containerPort: 8080, protocol: 'TCP' }],
          resources: { limits: { cpu: '500m' } },
          readinessProbe: { httpGet: { path: '/up', port: 8080 } },
        },
      ]);
    },
  },
  'variables of an app are in a Secret, whatever they are': {
    text:
      pipeline(`{${phases}}`) +
      `---\n${app(`{${deployed}, envVars: [{name: TOKEN, value: ${sentinel}}, {name: PORT, value: 3000}, {name: "a b", value: x}]}`)}`,
    stages: ['test=fraud-test', 'production=fraud-production'],
    services: ['fraud-test/scorer'],
    secrets: ['fraud-test/scorer-env'],
    notes: [/^refused envVars: has a variable without a usable name/, /^rotate envVars: 2 variables/],
    check: ({ services, secrets }) => {
      assert.deepEqual(services[0]?.spec.predictor.containers?.[0]?.envFrom, [{ secretRef: { name: 'scorer-env' } }]);
      assert.equal(Buffer.from(secrets[0]?.data?.['PORT'] ?? '', 'base64').toString(), '3000');
    },
  },
  'replicas that are scaled keep their limits': {
    text: app(
      `{${deployed}, autoscale: true, web: {autoscaling: {minReplicas: 1, maxReplicas: 9, targetCPUUtilizationPercentage: 70}}}`,
    ),
    services: ['fraud-test/scorer'],
    notes: [/^left its phase/],
    check: ({ services }) => {
      const { minReplicas, maxReplicas, scaleMetric, scaleTarget } = services[0]?.spec.predictor ?? {};
      assert.deepEqual([minReplicas, maxReplicas, scaleMetric, scaleTarget], [1, 9, 'cpu', 70]);
    },
  },
  'an app that is built from sources is left': {
    text: app(`{pipeline: fraud, phase: test, deploymentstrategy: git, buildstrategy: plain, branch: main, ${image}}`),
    notes: [/^left branch: /, /^left is built from sources/],
  },
  'an app whose image was built is taken, its build is left': {
    text: app(
      `{pipeline: fraud, phase: test, deploymentstrategy: git, buildstrategy: dockerfile, gitrepo: {name: x}, ${image}}`,
    ),
    services: ['fraud-test/scorer'],
    notes: [/^left gitrepo: /, /^left its phase/],
  },
  'a template of an app is left': {
    text: app(`{deploymentstrategy: docker, ${image}}`),
    notes: [/^left is a template/],
  },
  'an app without a web process is left': {
    text: app(`{${deployed}, web: {replicaCount: 0}, worker: {replicaCount: 2}}`),
    notes: [/^left worker: /, /^left web\.replicaCount: 0/],
  },
  'what has no equivalent is listed, and what is switched off is not': {
    text: app(
      `{${deployed}, ingress: {enabled: false, hosts: [{host: x}]}, sleep: disabled, cronjobs: [{name: a}], addons: [{id: pg, password: ${sentinel}}], basicAuth: {accounts: [{user: a, pass: ${sentinel}}]}, extraVolumes: [{name: v}], imagePullSecrets: [{name: mine}], novel: {a: 1}, affinity: {}}`,
    ),
    services: ['fraud-test/scorer'],
    notes: [
      /^left cronjobs: /,
      /^left addons: /,
      /^left basicAuth: /,
      /^left extraVolumes: /,
      /^left novel: has no equivalent/,
      /^rotate basicAuth\.accounts: /,
      /^left imagePullSecrets: /,
      /^left its phase/,
    ],
  },
  'values of the charts are read as what they are for': {
    text: `name: fraud\n${phases}\n---\nname: scorer\npipeline: fraud\nphase: test\ndeploymentstrategy: docker\n${image}\n`,
    stages: ['test=fraud-test', 'production=fraud-production'],
    services: ['fraud-test/scorer'],
  },
  'Lists are opened, and other kinds are told': {
    text: JSON.stringify({
      apiVersion: 'v1',
      kind: 'List',
      items: [
        { apiVersion: 'application.kubero.dev/v1alpha1', kind: 'KuberoMysql', metadata: { name: 'db' } },
        { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, stringData: { p: sentinel } },
      ],
    }),
    notes: [
      /^left application\.kubero\.dev\/v1alpha1 KuberoMysql has no equivalent/,
      /^left v1 Secret is none of Kubero's/,
    ],
  },
  'an unknown version is refused': {
    text: pipeline(`{${phases}}`).replace('v1alpha1', 'v2'),
    notes: [/^refused application\.kubero\.dev\/v2 KuberoPipeline is of an unknown version/],
  },
  'a pipeline without a phase that is enabled is refused': {
    text: pipeline('{phases: [{name: test, enabled: false}]}'),
    notes: [/^refused none of its phases/, /^left phase test is not enabled/],
  },
  'the same pipeline twice is told': {
    text: `${pipeline(`{${phases}}`)}---\n${pipeline(`{${phases}}`)}`,
    stages: ['test=fraud-test', 'production=fraud-production'],
    notes: [/^refused is there twice/],
  },
  'phases of two pipelines for one namespace are refused': {
    text: `${pipeline('{phases: [{name: b-c, enabled: true}]}', 'a')}---\n${pipeline('{phases: [{name: c, enabled: true}]}', 'a-b')}`,
    stages: ['b-c=a-b-c'],
    notes: [/^refused namespace a-b-c is a stage of another pipeline/],
  },
  'names that are none are refused': {
    text: [
      pipeline(`{${phases}}`, 'Not_A_Name'),
      pipeline(`{${phases}}`, 'kube-system'),
      app(`{${deployed}}`, '9lives'),
      app(`{pipeline: ../.., phase: x, deploymentstrategy: docker, ${image}}`),
    ].join('---\n'),
    notes: [/^refused its name/, /^refused its name/, /^refused metadata\.name/, /^refused .*no name of a namespace/],
  },
  'an image that is none is refused': {
    text: app('{pipeline: fraud, phase: test, deploymentstrategy: docker, image: {repository: "a b"}}'),
    notes: [/^refused image\.repository and image\.tag are no image/],
  },
  'aliases that multiply, that close a circle, and broken YAML hide no other document': {
    text: [
      `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghi'.replace(/./g, (letter, at: number) => `${letter}: &${letter} [${`*${'abcdefgh'[at]},`.repeat(9)}]\n`)}`,
      'a: &a {b: *a}\n',
      'a: [\n',
      pipeline(`{${phases}}`),
    ].join('---\n'),
    stages: ['test=fraud-test', 'production=fraud-production'],
    notes: [/^refused .*aliases/, /^refused an alias/, /^refused not YAML/],
  },
  'aliases that are harmless are read, and prototypes are no way in': {
    text: `kind: KuberoPipeline\napiVersion: application.kubero.dev/v1alpha1\nmetadata: {name: fraud, __proto__: {x: 1}}\nspec:\n  constructor: {a: 1}\n  ${phases.replace('enabled: true', 'enabled: &e true').replace('enabled: true}]', 'enabled: *e}]')}\n`,
    stages: ['test=fraud-test', 'production=fraud-production'],
    notes: [/^left constructor: has no equivalent/],
  },
  'fields of any shape are survived': {
    text: [
      pipeline('{phases: 7, registry: [], git: x}'),
      pipeline('[]', 'b'),
      app('{pipeline: fraud, phase: test, deploymentstrategy: docker, web: [], envVars: x, image: 3}'),
      '[1]\n',
      '"x"\n',
    ].join('---\n'),
    notes: [
      /^refused is no object/,
      /^refused is no object/,
      /^refused has no spec/,
      /^refused none of its phases/,
      /^left git: /,
      /^refused image/,
      /^left image: is of an unknown form/,
    ],
  },
};

for (const [name, { text, namespace, stages = [], services = [], secrets = [], notes = [], check }] of Object.entries(
  cases,
)) {
  test(name, () => {
    const found = read(text, namespace);
    const told = found.notes.map(({ kind, message }) => `${kind} ${message}`);
    assert.deepEqual(
      found.pipelines.flatMap(({ spec }) => spec.stages.map((stage) => `${stage.name}=${stage.namespace}`)),
      stages,
      told.join('\n'),
    );
    const names = (objects: readonly { metadata: { name?: string; namespace?: string } }[]) =>
      objects.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
    assert.deepEqual(names(found.services), services, told.join('\n'));
    assert.deepEqual(names(found.secrets), secrets);
    assert.equal(told.length, notes.length, told.join('\n'));
    for (const expected of notes)
      assert.ok(
        told.some((line) => expected.test(line)),
        `${expected}\n${told.join('\n')}`,
      );
    check?.(found);
    const shown = JSON.stringify([found.notes, noteLines(found.notes), found.pipelines, found.services]);
    assert.doesNotMatch(shown, new RegExp(sentinel), 'no secret beside the Secrets');
  });
}

test('names that move the cursor are shown harmless', () => {
  const { notes } = read(pipeline(`{${phases}, "\\e[2Jx": 1}`, '"\\e[2J"'));
  assert.doesNotMatch(noteLines(notes).join(''), /\p{Cc}/u);
});

test('Secrets are in a file for their owner alone; what is there and differs is left', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'serval-import-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const files = filesOf(read(pipeline(`{${phases}, registry: {host: a.io, username: u, password: ${sentinel}}}`)));
  await writeFiles(folder, files);
  assert.deepEqual(
    files.map(({ name }) => name),
    ['1-namespaces.yaml', '2-secrets.yaml', '3-pipelines.yaml'],
  );
  assert.equal((await stat(join(folder, '2-secrets.yaml'))).mode & 0o777, 0o600);
  await writeFiles(folder, files);
  await writeFile(join(folder, '3-pipelines.yaml'), 'mine');
  await assert.rejects(writeFiles(folder, files), /3-pipelines\.yaml is there already, and is different/);
});

test('whatever stands in the fields, something is answered, and what is answered is valid', () => {
  const field = (...names: string[]) => fc.constantFrom(...names);
  const names = [
    'name',
    'phases',
    'registry',
    'git',
    'access',
    'pipeline',
    'phase',
    'deploymentstrategy',
    'image',
    'envVars',
  ];
  const more = [
    'web',
    'worker',
    'healthcheck',
    'basicAuth',
    'podsize',
    'resources',
    'imagePullSecrets',
    'serviceAccount',
  ];
  const leaf = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constantFrom<unknown>('docker', 'dev', 'a/b', 8080, true));
  const inner = fc.dictionary(
    field('host', 'password', 'username', 'enabled', 'name', 'repository', 'value', 'path'),
    leaf,
  );
  const value = fc.oneof(leaf, inner, fc.array(inner, { maxLength: 4 }));
  const spec = fc.dictionary(field(...names, ...more), value, { maxKeys: 12 });
  fc.assert(
    fc.property(fc.constantFrom('KuberoPipeline', 'KuberoApp'), spec, (kind, body) => {
      const metadata = { name: 'fraud' };
      const apiVersion = 'application.kubero.dev/v1alpha1';
      const found = read(JSON.stringify({ apiVersion, kind, metadata, spec: body }));
      for (const object of [...found.pipelines, ...found.services]) assert.deepEqual(checkObject(object).errors, []);
      filesOf(found);
      noteLines(found.notes);
    }),
    { numRuns: 500 },
  );
});
