import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type InferenceService, inferenceServices, pipelines, platformDefaults, promotions } from '@serval/api';
import { type Client, createClient, createSocketTransport, loadKubeConfig, type Transport } from '@serval/kube/client';
import { configMaps, events, findCondition, type KubeObject, namespaces, pods, secrets } from '@serval/kube/objects';
import { viewsOfAll } from '../support/api-views.ts';
import { eventually } from '../support/eventually.ts';
import { createSentinels, textOfArchive } from '../support/sentinels.ts';
import { type RunningPlatform, repository, serval, startPlatform } from '../support/serval.ts';

const registry = { user: 'sentinel-User+Rq7', password: 'sentinel-Pass"\\ü/%&=+Rq7' };
const rotated = { user: 'sentinel-User+Wz3', password: 'sentinel-Pass"\\ü/%&=+Wz3' };
const store = { user: 'SENTINELKEYID5TQ2', password: 'sentinel/Store+Key=Vm9' };
const platform = { user: 'sentinel-Platform+Hn4', password: 'sentinel-Platform"\\é+Hn4' };
const key = '-----BEGIN PRIVATE KEY-----\nsentinelPrivateKeyLd6\n-----END PRIVATE KEY-----\n';
const token = 'eyJzZW50aW5lbCI6IlRva2VuIn0.sentinelTokenKp8';

const basic = ({ user, password }: Credential) => Buffer.from(`${user}:${password}`).toString('base64');
const sentinels = createSentinels({
  'registry user': registry.user,
  'registry password': registry.password,
  'registry auth': basic(registry),
  'rotated user': rotated.user,
  'rotated password': rotated.password,
  'rotated auth': basic(rotated),
  // The key ID of a store is no secret, and stands in the requests that it signs.
  'storage key': store.password,
  'platform user': platform.user,
  'platform password': platform.password,
  'platform auth': basic(platform),
  'private key': key,
  token,
});

interface Credential {
  readonly user: string;
  readonly password: string;
}

interface World {
  readonly t: TestContext;
  readonly up: RunningPlatform;
  readonly client: Client;
  readonly transport: Transport;
  /** `HOST:PORT` of what refuses every request and quotes it. */
  readonly host: string;
  /** Lets the quoting server hand out a model, or not any more. */
  readonly admit: (isAdmitted: boolean) => void;
  /** What commands and API servers said so far. */
  readonly said: { where: string; text: string }[];
}

test('what is in credentials is found nowhere but in the Secrets that they are in', async (t) => {
  process.env['SERVAL_LOG_LEVEL'] = 'trace';
  const up = await startPlatform(t);
  const transport = createSocketTransport(await loadKubeConfig(up.kubeconfig));
  t.after(() => transport.close());
  const client = createClient({ transport, fieldManager: 'test' });
  const world: World = { t, up, client, transport, ...(await startQuotingServer(t)), said: [] };
  for (const name of ['team-a', 'team-b', 'fraud-dev', 'fraud-prod']) {
    await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  await t.test('the search finds what is planted', () => findPlanted(world));
  await t.test('while credentials are resolved, projected, tried and refused', () => useCredentials(world));
  await t.test('while a stage is tried before a promotion', () => promote(world));
  await t.test('while they are written where they do not belong', () => misplaceCredentials(world));
  await t.test('while they are rotated, malformed and taken away', () => changeCredentials(world));
});

/** Every view of every object, the files of the platform, and what was said. */
async function search({ up, transport, said }: World): Promise<string[]> {
  const views = await viewsOfAll(transport, AbortSignal.timeout(30_000));
  assert.ok(views.length > 200, `${views.length} views`);
  const output = { where: 'output of the platform', text: up.output() };
  const all = [...views, ...(await filesOf(up.dataDir)), ...said, output];
  return all.flatMap(({ where, text }) => sentinels.in(text).map((what) => `${what} in ${where}`));
}

/** But the database, which holds the Secrets themselves, and the volumes that they are mounted as. */
async function filesOf(dataDir: string): Promise<{ where: string; text: string }[]> {
  const files = await readdir(dataDir, { recursive: true, withFileTypes: true });
  return await Promise.all(
    files
      .filter((file) => file.isFile())
      .map((file) => join(file.parentPath, file.name))
      .filter((path) => !/\/(?:engine|etcd|store)[^/]*\.(?:db|sqlite)|\.db(?:-wal|-shm)?$|\/volumes\//.test(path))
      .map(async (path) => ({ where: path, text: await readFile(path, 'utf8').catch(() => '') })),
  );
}

async function findPlanted(world: World): Promise<void> {
  const { client, up, said } = world;
  const config = JSON.stringify({ auths: { 'ghcr.io': { auth: basic(registry) } } });
  const planted: [string, string][] = [
    ['base64 of a docker config', Buffer.from(config).toString('base64')],
    ['base64 of base64', Buffer.from(Buffer.from(`xx${store.password}`).toString('base64')).toString('base64')],
    [
      'a URL',
      `https://u:${encodeURIComponent(registry.password).replaceAll(/%../g, (escaped) => escaped.toLowerCase())}@ghcr.io`,
    ],
    ['JSON in JSON', JSON.stringify(JSON.stringify({ password: registry.password }))],
  ];
  for (const [where, text] of planted) assert.ok(sentinels.in(text).length > 0, where);
  assert.deepEqual(await search(world), []);
  const metadata = { namespace: 'team-a', name: 'planted' };
  await client.create(configMaps, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata,
    data: { x: planted[0]?.[1] ?? '' },
  });
  await client.create(events, {
    apiVersion: 'v1',
    kind: 'Event',
    metadata,
    involvedObject: { kind: 'ConfigMap', namespace: 'team-a', name: 'planted' },
    message: planted[2]?.[1],
  } as KubeObject as never);
  const log = join(up.dataDir, 'planted.log');
  await writeFile(log, planted[1]?.[1] ?? '');
  said.push({ where: 'planted', text: planted[3]?.[1] ?? '' });
  const found = await search(world);
  for (const place of [
    /^registry auth \(base64 of plain \+\d\) in \/api\/v1\/configmaps as application\/json$/m,
    /^registry auth \(base64 of plain \+\d\) in \/api\/v1\/configmaps\?watch=true.* as application\/json$/m,
    /^registry password \(url\) in \/api\/v1\/events as .*as=Table/m,
    /^storage key \(base64 of base64 of plain .*\) in .*planted\.log$/m,
    /^registry password \(json in json\) in planted$/m,
  ]) {
    assert.match(found.join('\n'), place);
  }
  said.splice(0);
  await writeFile(log, '');
  await client.delete(configMaps, metadata);
  await client.delete(events, metadata);
  assert.deepEqual(await search(world), []);
}

async function useCredentials(world: World): Promise<void> {
  const { client, host, up } = world;
  await putSecret(world, 'serval-credentials', 'shared', dockerConfig('ghcr.io', platform));
  await putSecret(world, 'team-a', 'own', dockerConfig(host, registry));
  await putSecret(world, 'team-b', 'lent', JSON.stringify({ auths: { 'quay.io': { registrytoken: token } } }));
  const endpoint = { 's3-endpoint': host, 's3-usehttps': '0', 's3-region': 'x' };
  await client.create(secrets, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      namespace: 'team-a',
      name: 'store',
      annotations: Object.fromEntries(
        Object.entries(endpoint).map(([key, value]) => [`serving.kserve.io/${key}`, value]),
      ),
    },
    stringData: { AWS_ACCESS_KEY_ID: store.user, AWS_SECRET_ACCESS_KEY: store.password },
  } as KubeObject as never);
  await client.create(secrets, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace: 'fraud-dev', name: 'storage-config' },
    stringData: {
      store: JSON.stringify({
        type: 's3',
        endpoint_url: `http://${host}`,
        access_key_id: store.user,
        secret_access_key: store.password,
        bucket: 'models',
        region: 'x',
      }),
    },
  } as KubeObject as never);
  await client.create(secrets, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace: 'team-a', name: 'web' },
    stringData: { 'https-host': host, headers: JSON.stringify({ Authorization: `Bearer ${token}` }) },
  } as KubeObject as never);
  await client.create(secrets, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace: 'serval-credentials', name: 'bucket' },
    stringData: {
      'gcloud-application-credentials.json': JSON.stringify({ type: 'service_account', private_key: key }),
    },
  } as KubeObject as never);
  await apply(world, [
    {
      kind: 'PlatformDefaults',
      metadata: { name: 'default' },
      spec: {
        registryCredentials: { entries: [{ match: 'ghcr.io', secretRef: { name: 'shared' } }] },
        storageCredentials: { entries: [{ match: 'gs://bucket', secretRef: { name: 'bucket' } }] },
      },
    },
    {
      kind: 'CredentialGrant',
      metadata: { namespace: 'team-b', name: 'lend' },
      spec: {
        from: [{ kind: 'Pipeline', namespace: 'team-a', name: 'fraud' }],
        to: [{ kind: 'Secret', name: 'lent', use: ['pull'] }],
      },
    },
    {
      kind: 'Pipeline',
      metadata: { namespace: 'team-a', name: 'fraud' },
      spec: {
        stages: [
          { name: 'dev', namespace: 'fraud-dev' },
          { name: 'prod', namespace: 'fraud-prod' },
        ],
        registryCredentials: {
          entries: [
            { match: host, secretRef: { name: 'own' } },
            { match: 'quay.io', secretRef: { namespace: 'team-b', name: 'lent' } },
          ],
        },
        storageCredentials: {
          entries: [
            { match: 's3://models', secretRef: { name: 'store' } },
            { match: `http://${host}`, secretRef: { name: 'web' } },
          ],
        },
      },
    },
    {
      kind: 'Promotion',
      metadata: { namespace: 'team-a', name: 'early' },
      spec: { pipeline: 'fraud', service: 'pulls', from: 'dev', to: 'prod' },
    },
  ]);
  const model = (name: string, more: object) =>
    client.create(inferenceServices, {
      apiVersion: 'serving.kserve.io/v1beta1',
      kind: 'InferenceService',
      metadata: { namespace: 'fraud-dev', name },
      spec: { predictor: { model: { modelFormat: { name: 'xgboost' }, ...more } } },
    } as InferenceService);
  await model('pulls', { storageUri: `oci://${host}/team/iris:v1` });
  await model('reads', { storageUri: 's3://models/iris' });
  await model('clouds', { storageUri: 'gs://bucket/iris' });
  await model('keyed', { storage: { key: 'store', path: 'iris' } });
  await projects(world, host, registry);
  // The registry and the store refuse, and quote what they were sent.
  for (const [name, status] of [
    ['pulls', /401|refused|denied|credentials/i],
    ['keyed', /403|refused|denied/i],
    ['reads', /403|refused|denied/i],
  ] as const) {
    await eventually(async () => {
      const service = await client.get(inferenceServices, { namespace: 'fraud-dev', name });
      assert.match(service.status?.modelStatus?.lastFailureInfo?.message ?? '', status);
    });
  }
  await eventually(async () => {
    const { data = {} } = await client.get(secrets, { namespace: 'fraud-dev', name: 'serval-storage-credentials' });
    const held = Object.values(data).map((value) => Buffer.from(value, 'base64').toString());
    assert.match(held.join(), new RegExp(RegExp.escape(store.password)));
    assert.match(held.join(), /sentinelPrivateKeyLd6/);
  });
  const { items } = await client.list(pods, { namespace: 'fraud-dev' });
  const pull = items.find(({ metadata }) => metadata.name?.startsWith('pulls'));
  assert.ok(pull?.spec.imagePullSecrets?.some(({ name }) => name === 'serval-pull-credentials'));
  await eventually(async () => {
    const { status } = await client.get(pipelines, { namespace: 'team-a', name: 'fraud' });
    assert.equal(status?.stages?.[0]?.effective?.length, 2 + 1);
  });

  const inDev = ['-n', 'fraud-dev'];
  const ofTeam = ['fraud', '-n', 'team-a'];
  const bundle = join(up.dataDir, 'bundle.tar.gz');
  await commands(world, [
    ['get', 'pipelines,credentialgrants,promotions,platformdefaults', '-A', '-o', 'yaml'],
    ['get', 'pods,isvc,events', ...inDev, '-o', 'json'],
    ['describe', 'pipeline', ...ofTeam],
    ['describe', 'secret', 'serval-pull-credentials', 'serval-storage-credentials', ...inDev],
    ['describe', 'pod', pull?.metadata.name ?? '', ...inDev],
    ['describe', 'isvc', 'pulls', ...inDev],
    ['pipeline', 'list', '-A', '--json'],
    ['pipeline', 'get', ...ofTeam, '--json'],
    ['pipeline', 'effective', ...ofTeam, '--json'],
    ['pipeline', 'history', ...ofTeam, '--json'],
    ['credentials', 'check'],
    ['credentials', 'migrate', '--all-namespaces', '--json'],
    ['storage-config', 'check', ...inDev],
    ['logs', 'keyed', ...inDev],
    ['doctor', '--bundle', bundle],
  ]);
  world.said.push({ where: 'the bundle', text: textOfArchive(await readFile(bundle)) });
  assert.ok(world.said.at(-1)?.text.includes('serval-pull-credentials'));
  assert.deepEqual(await search(world), []);
}

/** The stage that a service is to come into may not read its model any more, which is tried before anything is changed. */
async function promote(world: World): Promise<void> {
  const { client, host, admit } = world;
  admit(true);
  await client.create(inferenceServices, {
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    metadata: { namespace: 'fraud-dev', name: 'serves' },
    spec: { predictor: { model: { modelFormat: { name: 'xgboost' }, storageUri: `http://${host}/iris/model.ubj` } } },
  } as InferenceService);
  await eventually(async () => {
    const { status } = await client.get(inferenceServices, { namespace: 'fraud-dev', name: 'serves' });
    assert.equal(findCondition(status?.conditions, 'Ready')?.status, 'True', JSON.stringify(status));
  });
  admit(false);
  await apply(world, [
    {
      kind: 'Promotion',
      metadata: { namespace: 'team-a', name: 'refused' },
      spec: { pipeline: 'fraud', service: 'serves', from: 'dev', to: 'prod' },
    },
  ]);
  await eventually(async () => {
    const { status } = await client.get(promotions, { namespace: 'team-a', name: 'refused' });
    assert.equal(findCondition(status?.conditions, 'Checked')?.reason, 'Unauthorized', JSON.stringify(status));
  });
  await commands(world, [
    ['describe', 'promotion', 'refused', '-n', 'team-a'],
    ['promote', 'follow', 'refused', '-n', 'team-a', '--json'],
  ]);
  assert.deepEqual(await search(world), []);
}

async function misplaceCredentials(world: World): Promise<void> {
  const { transport, said } = world;
  const { user, password } = registry;
  const encoded = `${user}:${encodeURIComponent(password)}`;
  const pipeline = (name: string, spec: object) => ({
    apiVersion: 'platform.serval.dev/v1alpha1',
    kind: 'Pipeline',
    metadata: { namespace: 'team-a', name },
    spec: { stages: [{ name: 'dev', namespace: 'fraud-prod' }], ...spec },
  });
  const entry = (match: string, more: object = {}) => ({ entries: [{ match, secretRef: { name: 'own' }, ...more }] });
  const objects: [string, object][] = [
    ['pipelines', pipeline('one', { registryCredentials: entry(`https://${encoded}@ghcr.io`) })],
    ['pipelines', pipeline('two', { registryCredentials: entry(`${encoded}@ghcr.io`) })],
    ['pipelines', pipeline('three', { storageCredentials: entry(`s3://${encoded}@models`) })],
  ];
  for (const [plural, object] of objects) {
    for (const query of ['', '?dryRun=All', '?fieldValidation=Strict']) {
      const path = `/apis/platform.serval.dev/v1alpha1/namespaces/team-a/${plural}${query}`;
      const { status, body } = await transport({
        method: 'POST',
        path,
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body: JSON.stringify(object),
      });
      const chunks: Uint8Array[] = [];
      for await (const chunk of body) chunks.push(chunk);
      const text = Buffer.concat(chunks).toString();
      assert.equal(status, 422, text);
      said.push({ where: `the refusal of ${path} ${JSON.stringify(object).length}`, text });
    }
  }
  const unknown = pipeline('four', { registryCredentials: entry('ghcr.io', { password, auth: basic(registry) }) });
  const folder = join(world.up.dataDir, 'volumes');
  const manifest = join(folder, 'wrong.json');
  await mkdir(folder, { recursive: true });
  const locked = { namespace: 'team-a', name: 'locked' };
  await world.client.create(secrets, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: locked,
    immutable: true,
  } as KubeObject as never);
  const secret = (data: object) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace: 'team-a', name: 'x' },
    ...data,
  });
  const wrong = [
    unknown,
    objects[0]?.[1],
    secret({ type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': password } }),
    secret({ type: 'kubernetes.io/dockerconfigjson', stringData: { '.dockerconfigjson': `{"auths": ${password}` } }),
    secret({ type: 'kubernetes.io/dockerconfigjson', stringData: { config: password } }),
    secret({ data: { password } }),
    { ...secret({ stringData: { password } }), metadata: { namespace: 'team-a', name: 'locked' } },
    secret({ stringData: { password: [password] } }),
  ];
  let refused = 0;
  for (const object of wrong) {
    await writeFile(manifest, JSON.stringify(object));
    if ((await command(world, 'apply', '-f', manifest)).code !== 0) refused += 1;
  }
  assert.ok(refused >= 6, `${refused} are refused`);
  await writeFile(manifest, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: wrong }));
  await commands(world, [
    ['validate', manifest],
    ['diff', '-f', manifest],
  ]);
  await writeFile(manifest, '');
  assert.deepEqual(await search(world), []);
}

async function changeCredentials(world: World): Promise<void> {
  const { client } = world;
  const conditionsOf = async () =>
    JSON.stringify((await client.get(platformDefaults, { namespace: '', name: 'default' })).status?.conditions);
  await putSecret(world, 'serval-credentials', 'shared', dockerConfig('ghcr.io', rotated));
  await projects(world, 'ghcr.io', rotated);
  const key = `https://${platform.user}:${encodeURIComponent(platform.password)}@ghcr.io`;
  await putSecret(world, 'serval-credentials', 'shared', JSON.stringify({ auths: { [key]: { auth: 'x' } } }));
  await eventually(async () => assert.match(await conditionsOf(), /MalformedDockerConfig/));
  await putSecret(world, 'serval-credentials', 'shared', JSON.stringify({ auths: { [key]: { username: 'x' } } }));
  await eventually(async () => assert.match(await conditionsOf(), /MalformedDockerConfig|NoCredentialForMatch/));
  await client.delete(secrets, { namespace: 'serval-credentials', name: 'shared' });
  await eventually(async () => assert.match(await conditionsOf(), /SecretNotFound/));
  await command(world, 'pipeline', 'get', 'fraud', '-n', 'team-a');
  await command(world, 'credentials', 'check', '--json');
  assert.deepEqual(await search(world), []);
}

/** Whom the projected Secret names. */
async function projects({ client }: World, host: string, { user }: Credential): Promise<void> {
  await eventually(async () => {
    const secret = await client.get(secrets, { namespace: 'fraud-dev', name: 'serval-pull-credentials' });
    const { auths } = JSON.parse(Buffer.from(secret.data?.['.dockerconfigjson'] ?? '', 'base64').toString());
    assert.equal(auths[host]?.username, user);
  });
}

function dockerConfig(host: string, { user, password }: Credential): string {
  return JSON.stringify({ auths: { [host]: { username: user, password } } });
}

async function putSecret({ client }: World, namespace: string, name: string, content: string): Promise<void> {
  const data = { '.dockerconfigjson': Buffer.from(content).toString('base64') };
  const type = 'kubernetes.io/dockerconfigjson';
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name }, type, data };
  await client.apply(secrets, secret, { force: true });
}

async function apply(world: World, objects: readonly object[]): Promise<void> {
  const items = objects.map((object) => ({ apiVersion: 'platform.serval.dev/v1alpha1', ...object }));
  const manifest = join(world.up.dataDir, 'objects.json');
  await writeFile(manifest, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  const { code, stderr } = await command(world, 'apply', '-f', manifest);
  assert.equal(code, 0, stderr);
}

async function command({ up, said }: World, ...args: string[]) {
  const outcome = await serval(args, { dataDir: up.dataDir });
  const text = outcome.stdout + outcome.stderr;
  said.push({ where: `serval ${args.join(' ')}`, text });
  assert.deepEqual(sentinels.in(text), [], `serval ${args.join(' ')}: ${text}`);
  return outcome;
}

/** A few at a time. */
async function commands(world: World, all: readonly (readonly string[])[]): Promise<void> {
  const left = [...all];
  const worker = async () => {
    for (let next = left.shift(); next; next = left.shift()) {
      const { code, stdout, stderr } = await command(world, ...next);
      // 2 is a call that was wrong, which would show nothing.
      assert.ok(code < 2 && stdout.length + stderr.length > 20, `${code} ${next.join(' ')}: ${stdout}${stderr}`);
    }
  };
  await Promise.all([worker(), worker(), worker()]);
}

/** Refuses every request as a registry and as a store do, with all that the request said, decoded as well. */
async function startQuotingServer(t: TestContext): Promise<Pick<World, 'host' | 'admit'>> {
  const model = await readFile(join(repository, 'examples/iris/model/model.ubj'));
  let isAdmitted = false;
  const server = createServer((request, response) => {
    if (isAdmitted && request.url?.startsWith('/iris/') && request.headers.authorization === `Bearer ${token}`) {
      response.writeHead(200, { 'content-length': model.length });
      response.end(request.method === 'HEAD' ? undefined : model);
      return;
    }
    const { authorization = '' } = request.headers;
    const said = `${authorization} ${Buffer.from(authorization.replace(/^Basic /, ''), 'base64').toString()}`;
    if (request.url?.startsWith('/v2/')) {
      const errors = [{ code: 'UNAUTHORIZED', message: `no access with ${said}`, detail: said }];
      response.writeHead(401, { 'www-authenticate': 'Basic realm="quoting"', 'content-type': 'application/json' });
      response.end(JSON.stringify({ errors }));
      return;
    }
    response.writeHead(403, { 'content-type': 'application/xml' });
    response.end(
      `<Error><Code>SignatureDoesNotMatch</Code><Message>not with ${said} ${store.password}</Message></Error>`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const address = server.address();
  const host = `127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  return {
    host,
    admit: (is) => {
      isAdmitted = is;
    },
  };
}
