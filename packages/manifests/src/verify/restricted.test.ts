import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AnyObject } from '@serval/kube/objects';
import { generateDeploy } from '../generate.ts';
import type { Evidence } from './check.ts';
import { checks, gatherEvidence, runCheck } from './verify.ts';

const files = generateDeploy();
const restricted = { watchNamespaces: ['team-a', 'team-b'], clusterScoped: true };
const variant = { namespace: 'team-platform', webhooks: true, certificates: 'cert-manager' } as const;
const alone = { ...variant, restricted: { ...restricted, clusterScoped: false } };
const { evidence, broken } = await gatherEvidence(files, {
  generated: files,
  variants: [{ ...variant, restricted }, alone],
});
const objectsOf = (from: Evidence, index: number, by: string) =>
  from.variants[index]?.renders.find((render) => render.by === by)?.objects as AnyObject[];

test('nothing is found, and everything could be rendered', () => {
  assert.deepEqual(broken, []);
  for (const check of checks) assert.deepEqual(runCheck(check, evidence).findings, [], check.name);
});

test('without rights outside, nothing is installed that has no namespace', () => {
  for (const by of ['kustomize', 'helm']) {
    const namespaces = new Set(objectsOf(evidence, 1, by).map(({ metadata }) => metadata.namespace));
    assert.deepEqual([...namespaces].sort(), ['team-a', 'team-b', 'team-platform'], by);
  }
});

test('names that a cluster has once carry the namespace', () => {
  const named = objectsOf(evidence, 0, 'kustomize').filter(({ metadata }) => metadata.name?.includes('team-platform'));
  assert.deepEqual(named.map(({ kind, metadata }) => `${kind} ${metadata.name}`).sort(), [
    'ClusterRole serval-operator-webhooks.team-platform',
    'ClusterRole serval-operator.team-platform',
    'ClusterRoleBinding serval-operator-webhooks.team-platform',
    'ClusterRoleBinding serval-operator.team-platform',
    'MutatingWebhookConfiguration serval.team-platform',
    'Namespace team-platform',
    'ValidatingWebhookConfiguration serval.team-platform',
  ]);
});

const drifts: [check: string, kind: string, name: RegExp, change: (object: AnyObject) => void, path: RegExp][] = [
  ['access rules', 'Role', /served/, (role) => role['rules'][1].verbs.push('delete'), /^rules\[1\]\.verbs/],
  ['access rules', 'ClusterRole', /^serval-operator\./, (role) => role['rules'].pop(), /^rules/],
  [
    'access rules',
    'RoleBinding',
    /served/,
    (binding) => {
      binding['subjects'][0].namespace = 'elsewhere';
    },
    /^subjects/,
  ],
  [
    'webhooks',
    'ValidatingWebhookConfiguration',
    /./,
    (object) => delete object['webhooks'][0].namespaceSelector,
    /^webhooks\[0\]/,
  ],
  [
    'webhooks',
    'MutatingWebhookConfiguration',
    /./,
    (object) => object['webhooks'][0].namespaceSelector.matchExpressions[0].values.push('team-c'),
    /^webhooks\[0\]/,
  ],
  [
    'flags',
    'Deployment',
    /./,
    (object) => {
      const [container] = object['spec'].template.spec.containers;
      container.args = container.args.map((text: string) => text.replace('team-a,', ''));
    },
    /args$/,
  ],
];
for (const [name, kind, named, change, path] of drifts) {
  test(`${name}: a drift of ${kind} ${named} is found`, () => {
    const drifted = structuredClone(evidence) as Evidence;
    const object = objectsOf(drifted, 0, 'helm').find(
      (candidate) => candidate.kind === kind && named.test(candidate.metadata.name ?? ''),
    );
    assert.ok(object);
    change(object);
    const check = checks.find((one) => one.name === name);
    assert.ok(check);
    const { findings } = runCheck(check, drifted);
    assert.ok(
      findings.some((finding) => finding.object.startsWith(kind) && path.test(finding.path)),
      JSON.stringify(findings),
    );
  });
}
