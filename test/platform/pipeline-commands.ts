import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dump, load } from 'js-yaml';
import { requestJson } from '../../packages/cli/src/resources/read-body.ts';
import { clientOf } from '../support/client.ts';
import { eventually } from '../support/eventually.ts';
import type { Outcome } from '../support/serval.ts';

type Run = (...args: string[]) => Promise<Outcome>;

/** `serval pipeline create`: tried, done, and done again. */
export async function create(run: Run): Promise<void> {
  const wanted = ['pipeline', 'create', 'shop', '-n', 'team-s', '--stage', 'dev=shop-dev', '--stage', 'prod=shop-prod'];
  const nowhere = await run(...wanted);
  assert.equal(nowhere.code, 2, nowhere.stderr);
  assert.match(nowhere.stderr, /namespace team-s does not exist\n {2}hint: .*--create-namespaces/);
  const all = [...wanted, '--approval', 'prod', '--create-namespaces'];
  const tried = await run(...all, '--dry-run', '-o', 'yaml');
  assert.equal(tried.code, 0, tried.stderr);
  assert.match(tried.stdout, /^ {4}- name: prod\n {6}namespace: shop-prod\n {6}promotion:\n {8}approval: Required$/m);
  assert.equal((await run('pipeline', 'get', 'shop', '-n', 'team-s')).code, 2);
  const made = await run(...all);
  assert.equal(made.code, 0, made.stderr);
  assert.equal(made.stdout, 'pipeline team-s/shop created\n');
  await eventually(async () => assert.equal((await run('pipeline', 'get', 'shop', '-n', 'team-s')).code, 0));
  const again = await run(...all);
  assert.equal(again.code, 1);
  assert.match(again.stderr, /pipeline team-s\/shop exists already; it was left as it is\n {2}hint: /);
  const wrong = await run('pipeline', 'create', 'Shop', '-n', 'team-s', '--stage', 'dev=kube-system');
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /metadata\.name .*; spec\.stages\[0\]\.namespace .*kube-/);
}

const copy = (namespace: string) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { namespace, name: 'pull' },
  type: 'kubernetes.io/dockerconfigjson',
  stringData: {
    '.dockerconfigjson': JSON.stringify({ auths: { 'quay.io': { username: 'u', password: 'SENTINEL-copy' } } }),
  },
});
const scorer = (namespace: string) => ({
  apiVersion: 'serving.kserve.io/v1beta1',
  kind: 'InferenceService',
  metadata: { namespace, name: 'scorer' },
  spec: {
    predictor: {
      imagePullSecrets: [{ name: 'pull' }],
      containers: [{ name: 'kserve-container', image: 'quay.io/shop/scorer:v1' }],
    },
  },
});

const store = (namespace: string) => [
  {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace, name: 's3', annotations: { 'serving.kserve.io/s3-endpoint': '127.0.0.1:1' } },
    stringData: { AWS_ACCESS_KEY_ID: 'u', AWS_SECRET_ACCESS_KEY: 'SENTINEL-store' },
  },
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace, name: 'reader' }, secrets: [{ name: 's3' }] },
  {
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    metadata: { namespace, name: 'reader' },
    spec: {
      predictor: {
        serviceAccountName: 'reader',
        model: { modelFormat: { name: 'xgboost' }, storageUri: 's3://models/m' },
      },
    },
  },
];

/** `serval credentials migrate`: copies in both stages become one source of the pipeline. */
export async function migrate(dataDir: string, run: Run): Promise<void> {
  const file = join(dataDir, 'copies.json');
  const items = ['shop-dev', 'shop-prod'].flatMap((namespace) => [
    copy(namespace),
    scorer(namespace),
    ...store(namespace),
  ]);
  await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  const applied = await run('apply', '-f', file);
  assert.equal(applied.code, 0, applied.stderr);
  const command = ['credentials', 'migrate', '--pipeline', 'team-s/shop'];
  const shown = await run(...command);
  assert.equal(shown.code, 0, shown.stderr);
  assert.match(
    shown.stdout,
    /^shop-dev +scorer +quay\.io\/shop\/scorer +shop-dev\/pull \(quay\.io\) +Pipeline team-s\/pull \(quay\.io\) +same$/m,
  );
  assert.match(
    shown.stdout,
    /^ {2}namespace shop-prod: take pull out of imagePullSecrets of InferenceService scorer$/m,
  );
  assert.match(
    shown.stdout,
    /^shop-prod +reader +s3:\/\/models\/m +shop-prod\/s3 +Pipeline team-s\/s3 \(s3:\/\/models\) +same$/m,
  );
  assert.match(shown.stdout, /^ {2}namespace shop-prod: take s3 out of secrets of ServiceAccount reader$/m);
  assert.match(shown.stderr, /2 Secrets and 2 entries would be written; --apply does it/);
  assert.doesNotMatch((await run('get', 'secrets', '-n', 'team-s')).stdout, /pull/);
  const done = await run(...command, '--apply', '--json');
  assert.equal(done.code, 0, done.stderr);
  assert.deepEqual(JSON.parse(done.stdout).secrets, [
    { to: { namespace: 'team-s', name: 'pull' }, from: { namespace: 'shop-dev', name: 'pull' } },
    { to: { namespace: 'team-s', name: 's3' }, from: { namespace: 'shop-dev', name: 's3' } },
  ]);
  await eventually(async () => {
    const { stdout } = await run('pipeline', 'effective', 'shop', '-n', 'team-s');
    assert.match(stdout, /^prod +quay\.io +Pipeline +team-s\/pull +- +used$/m);
  });
  const settled = await run(...command);
  assert.match(settled.stderr, /^nothing to do$/m);
  const everywhere = await run('credentials', 'migrate', '-A');
  assert.match(everywhere.stdout, /quay\.io\/shop\/scorer/);
  assert.doesNotMatch(JSON.stringify([shown, done, settled, everywhere]), /SENTINEL/);
}

const rbac = (kind: string, rest: object) => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind,
  metadata: { name: 'looks-at-pipelines' },
  ...rest,
});

/** `serval credentials check` by somebody who may read no Secret. */
export async function checkWithoutRights(dataDir: string, run: Run): Promise<void> {
  const account = { namespace: 'team-s', name: 'looker' };
  const rules = [{ apiGroups: ['platform.serval.dev'], resources: ['*'], verbs: ['get', 'list'] }];
  const items = [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: account },
    rbac('ClusterRole', { rules }),
    rbac('ClusterRoleBinding', {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'looks-at-pipelines' },
      subjects: [{ kind: 'ServiceAccount', ...account }],
    }),
  ];
  const file = join(dataDir, 'looker.json');
  await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  assert.equal((await run('apply', '-f', file)).code, 0);
  const kubeconfig = join(dataDir, 'looker.kubeconfig');
  await writeFile(kubeconfig, await kubeconfigOf(join(dataDir, 'kubeconfig'), account));
  const { code, stdout, stderr } = await run('credentials', 'check', '--kubeconfig', kubeconfig);
  assert.equal(code, 1, stderr);
  assert.match(stdout, /^team-s\/pull +quay\.io +Pipeline +- +team-s\/shop:dev, team-s\/shop:prod +not looked at$/m);
  assert.match(stdout, /^not looked at, as you may not read them: Secrets .*team-s\/pull/m);
  assert.match(stdout, /^not looked at, as you may not list them: Secrets of namespace serval-credentials$/m);
}

/** The same server, as a ServiceAccount. */
async function kubeconfigOf(admin: string, { namespace, name }: { namespace: string; name: string }): Promise<string> {
  const client = await clientOf(admin);
  const body = JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} });
  const { status } = await requestJson<{ status: { token: string } }>(client, {
    method: 'POST',
    path: `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`,
    headers: { 'content-type': 'application/json' },
    body,
  });
  const config = load(await readFile(admin, 'utf8')) as { users: { user: object }[] };
  for (const user of config.users) user.user = { token: status.token };
  return dump(config);
}

const kubero = `
apiVersion: application.kubero.dev/v1alpha1
kind: KuberoPipeline
metadata: {name: web}
spec:
  phases: [{name: stage, enabled: true}, {name: production, enabled: true}]
  registry: {host: reg.example.com/web, username: bot, password: SENTINEL-kubero}
---
apiVersion: application.kubero.dev/v1alpha1
kind: KuberoApp
metadata: {name: shop}
spec:
  pipeline: web
  phase: production
  deploymentstrategy: docker
  image: {repository: reg.example.com/web/shop, tag: v1}
  envVars: [{name: TOKEN, value: SENTINEL-env}]
`;

/** `serval pipeline import`: what it writes can be applied, and comes to be. */
export async function importFromKubero(dataDir: string, run: Run): Promise<void> {
  const [file, folder] = [join(dataDir, 'kubero.yaml'), join(dataDir, 'imported')];
  await writeFile(file, kubero);
  const read = await run('pipeline', 'import', file, '-o', folder);
  assert.equal(read.code, 0, read.stderr);
  assert.match(read.stdout, /registry\.password stood in plain text/);
  const applied = await run('apply', '-f', folder);
  assert.equal(applied.code, 0, applied.stderr);
  await eventually(async () => {
    const { code, stdout } = await run('pipeline', 'effective', 'web', '-n', 'web');
    assert.equal(code, 0, stdout);
    assert.match(stdout, /^production +reg\.example\.com\/web\/ +Pipeline +web\/web-registry +- +used$/m);
  });
  assert.doesNotMatch(JSON.stringify([read, applied]), /SENTINEL/);
}
