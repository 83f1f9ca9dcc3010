import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestEngine, type TestEngine } from '../testing.ts';

const rbac = '/apis/rbac.authorization.k8s.io/v1';
const pods = '/api/v1/namespaces/team/pods';
const as = (user: string, groups?: string) => ({
  'impersonate-user': user,
  ...(groups ? { 'impersonate-group': groups } : {}),
});

interface Rule {
  apiGroups?: string[];
  resources?: string[];
  verbs: string[];
  resourceNames?: string[];
  nonResourceURLs?: string[];
}

async function grant({ ok }: TestEngine, user: string, rules: Rule[], namespace = 'team', name = 'given') {
  const roles = `${rbac}/namespaces/${namespace}`;
  await ok('POST', `${roles}/roles`, { metadata: { name }, rules });
  await ok('POST', `${roles}/rolebindings`, {
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
    subjects: [{ kind: 'User', name: user }],
  });
}

async function startTeam(t: Parameters<typeof startTestEngine>[0], options = {}): Promise<TestEngine> {
  const engine = await startTestEngine(t, options);
  await engine.ok('POST', '/api/v1/namespaces', { metadata: { name: 'team' } });
  return engine;
}

test('a user may do what a rule says, where it says so, and nothing else', async (t) => {
  const engine = await startTeam(t);
  const { call } = engine;
  await grant(engine, 'ada', [
    { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] },
    { apiGroups: [''], resources: ['configmaps'], resourceNames: ['one'], verbs: ['get', 'list', 'patch'] },
    { apiGroups: [''], resources: ['*/log'], verbs: ['get'] },
  ]);
  const cases: [Parameters<typeof call>[0], string, number][] = [
    ['GET', pods, 200],
    ['GET', `${pods}/none`, 404],
    ['GET', `${pods}/none/log`, 404],
    ['GET', `${pods}/none/status`, 403],
    ['POST', pods, 403],
    ['DELETE', pods, 403],
    ['GET', '/api/v1/pods', 403],
    ['GET', '/api/v1/namespaces/default/pods', 403],
    ['GET', '/api/v1/namespaces/team/configmaps', 403],
    ['GET', '/api/v1/namespaces/team/configmaps?fieldSelector=metadata.name%3Done', 200],
    ['GET', '/api/v1/namespaces/team/configmaps/one', 404],
    ['GET', '/api/v1/namespaces/team/configmaps/two', 403],
    ['GET', '/apis', 200],
    ['GET', '/openapi/v3', 200],
    ['GET', '/unknown', 403],
    ['GET', '/apis/none/v1/things', 403],
  ];
  for (const [method, path, status] of cases) {
    const answer = await call(method, path, method === 'POST' ? {} : undefined, as('ada'));
    assert.equal(answer.status, status, `${method} ${path}: ${JSON.stringify(answer.body)}`);
  }
  const { body } = await call('GET', `${pods}/x/status`, undefined, as('ada'));
  assert.equal(
    body.message,
    'pods "x" is forbidden: User "ada" cannot get resource "pods/status" in API group "" in the namespace "team"',
  );
});

test('applying what is not there needs leave to create', async (t) => {
  const engine = await startTeam(t);
  const type = { ...as('ada'), 'content-type': 'application/apply-patch+yaml' };
  const path = '/api/v1/namespaces/team/configmaps/one?fieldManager=ada';
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'one' }, data: { a: '1' } };
  await grant(engine, 'ada', [{ apiGroups: [''], resources: ['configmaps'], verbs: ['patch'] }]);
  const refused = await engine.call('PATCH', path, object, type);
  assert.equal(refused.status, 403);
  assert.match(refused.body.message, /cannot create resource "configmaps"/);
  await engine.ok('PATCH', path, object, { 'content-type': 'application/apply-patch+yaml' });
  await engine.ok('PATCH', path, object, type);
});

test('a role that gathers others has their rules, those of later ones too', async (t) => {
  const { call, ok } = await startTeam(t);
  await ok('POST', `${rbac}/namespaces/team/rolebindings`, {
    metadata: { name: 'viewers' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
    subjects: [{ kind: 'Group', name: 'team' }],
  });
  const get = (path: string) => call('GET', path, undefined, as('ada', 'team,others'));
  assert.equal((await get(pods)).status, 200);
  assert.equal((await get('/api/v1/namespaces/team/secrets')).status, 403);
  await ok('POST', `${rbac}/clusterroles`, {
    metadata: { name: 'more', labels: { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' } },
    rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['list'] }],
  });
  assert.equal((await get('/api/v1/namespaces/team/secrets')).status, 200);
});

test('nobody hands out more than they have', async (t) => {
  const engine = await startTeam(t);
  const { call } = engine;
  await grant(engine, 'ada', [
    { apiGroups: [''], resources: ['pods'], verbs: ['get'] },
    { apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles', 'rolebindings'], verbs: ['create', 'patch'] },
  ]);
  const roles = `${rbac}/namespaces/team/roles`;
  const role = (name: string, verbs: string[]) => ({
    metadata: { name },
    rules: [{ apiGroups: [''], resources: ['pods'], verbs }],
  });
  assert.equal((await call('POST', roles, role('same', ['get']), as('ada'))).status, 201);
  const more = await call('POST', roles, role('more', ['get', 'delete']), as('ada'));
  assert.equal(more.status, 403);
  assert.match(more.body.message, /attempting to grant RBAC permissions not currently held/);
  const binding = (name: string) => ({
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'edit' },
    subjects: [{ kind: 'User', name: 'ada' }],
  });
  const path = `${rbac}/namespaces/team/rolebindings`;
  assert.equal((await call('POST', path, binding('edit'), as('ada'))).status, 403);
  assert.equal((await call('POST', path, binding('edit'))).status, 201);
});

test('only who may impersonate is taken for another', async (t) => {
  const engine = await startTeam(t);
  await grant(engine, 'ada', [{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }]);
  const { token } = await createToken(engine, 'bot');
  const bearer = { authorization: `Bearer ${token}` };
  const answer = await engine.call('GET', pods, undefined, { ...bearer, ...as('ada') });
  assert.equal(answer.status, 403);
  assert.match(answer.body.message, /cannot impersonate resource "users"/);
  assert.equal((await engine.call('GET', pods, undefined, { 'impersonate-group': 'x' })).status, 400);
});

async function createToken({ ok }: TestEngine, name: string, spec: object = {}) {
  const accounts = '/api/v1/namespaces/team/serviceaccounts';
  await ok('POST', accounts, { metadata: { name } });
  const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec };
  const answer = await ok('POST', `${accounts}/${name}/token`, request);
  return { token: answer['status'].token as string, path: `${accounts}/${name}` };
}

test('a ServiceAccount asks with its token, until it expires or the account goes', async (t) => {
  let now = Date.now();
  const engine = await startTeam(t, { clock: () => now });
  const { call, ok } = engine;
  const { token, path } = await createToken(engine, 'bot', { expirationSeconds: 600 });
  const bearer = { authorization: `Bearer ${token}` };
  const self = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
  const who = await call('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', self, bearer);
  assert.equal(who.body.status.userInfo.username, 'system:serviceaccount:team:bot');
  assert.deepEqual(who.body.status.userInfo.groups, [
    'system:serviceaccounts',
    'system:serviceaccounts:team',
    'system:authenticated',
  ]);
  assert.equal((await call('GET', pods, undefined, bearer)).status, 403);
  await grant(engine, 'system:serviceaccount:team:bot', [{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }]);
  assert.equal((await call('GET', pods, undefined, bearer)).status, 200);
  const [head = '', body = '', proof = ''] = token.split('.');
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString());
  const forged = Buffer.from(JSON.stringify({ ...claims, sub: 'serval:admin' })).toString('base64url');
  for (const bad of [`${head}.${forged}.${proof}`, `${head}.${body}.`, `${head}.${body}`, 'x', `${token}x`]) {
    assert.equal((await call('GET', pods, undefined, { authorization: `Bearer ${bad}` })).status, 401, bad);
  }
  now += 601_000;
  assert.equal((await call('GET', pods, undefined, bearer)).status, 401);
  now -= 601_000;
  await ok('DELETE', path);
  await createToken(engine, 'bot');
  assert.equal((await call('GET', pods, undefined, bearer)).status, 401, 'another account of the same name');
});

test('reviews answer by the same rules', async (t) => {
  const engine = await startTeam(t);
  await grant(engine, 'ada', [{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['get'] }]);
  const ask = async (verb: string) => {
    const spec = {
      user: 'ada',
      resourceAttributes: { verb, group: 'apps', resource: 'deployments', namespace: 'team' },
    };
    const review = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec };
    return (await engine.ok('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', review))['status'];
  };
  assert.equal((await ask('get')).allowed, true);
  assert.deepEqual(await ask('delete'), { allowed: false });
  const rules = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', spec: { namespace: 'team' } };
  const answer = await engine.ok('POST', '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews', rules, as('ada'));
  assert.ok(
    answer['status'].resourceRules.some(({ resources }: { resources: string[] }) => resources[0] === 'deployments'),
  );
});
