import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AnyObject } from '@serval/kube/objects';
import { operatorFlags, operatorLabels, operatorPorts } from '@serval/operator/declarations';
import { installationObjects } from './installation.ts';
import { objectKey } from './object-key.ts';
import type { Parts } from './parts.ts';

const installations: Record<string, Parts> = {
  'without webhooks': { namespace: 'ns', webhooks: false },
  'self-managed': { namespace: 'ns', webhooks: true, certificates: 'self-managed' },
  'cert-manager': { namespace: 'ns', webhooks: true, certificates: 'cert-manager' },
};

const find = (objects: AnyObject[], key: string): AnyObject => {
  const found = objects.find((object) => objectKey(object) === key);
  assert.ok(found, `${key} is among ${objects.map(objectKey).join(', ')}`);
  return found;
};

for (const [name, parts] of Object.entries(installations)) {
  const objects = installationObjects(parts);
  const deployment = find(objects, 'Deployment.apps ns/serval-operator');
  const pod = deployment['spec'].template;
  const [container] = pod.spec.containers;

  test(`${name}: the operator gets only flags that it declares`, () => {
    for (const arg of container.args as string[]) {
      const [, flagName, value] = /^--([a-z-]+)=(.+)$/.exec(arg) ?? [];
      const flag = operatorFlags.find((declared) => declared.name === flagName);
      assert.ok(flag, `${arg} is declared`);
      if (flag.choices) assert.ok(flag.choices.includes(value ?? ''), `${arg} is one of ${flag.choices.join(', ')}`);
    }
  });

  test(`${name}: variables that flags refer to are given`, () => {
    const names = container.env.map((variable: { name: string }) => variable.name);
    for (const [, variable] of container.args.join(' ').matchAll(/\$\(([A-Z_]+)\)/g))
      assert.ok(names.includes(variable));
  });

  test(`${name}: what selects Pods selects the operator's`, () => {
    const selectors = objects.flatMap(({ kind, spec }) =>
      kind === 'Service' ? [spec.selector] : kind === 'PodDisruptionBudget' ? [spec.selector.matchLabels] : [],
    );
    assert.ok(selectors.length >= 2);
    for (const selector of [...selectors, deployment['spec'].selector.matchLabels, pod.metadata.labels]) {
      assert.deepEqual(selector, { ...operatorLabels });
    }
  });

  test(`${name}: ports that Services and probes name are the container's, and the program's own`, () => {
    const ports = new Map(container.ports.map((port: { name: string }) => [port.name, port]));
    for (const { kind, spec } of objects) {
      if (kind === 'Service') for (const { targetPort } of spec.ports) assert.ok(ports.has(targetPort), targetPort);
    }
    for (const probe of [container.livenessProbe, container.readinessProbe]) assert.ok(ports.has(probe.httpGet.port));
    for (const port of container.ports) {
      assert.ok(operatorPorts.some((own) => own.name === port.name && own.containerPort === port.containerPort));
    }
  });

  test(`${name}: bindings lead to the operator's roles and account`, () => {
    for (const binding of objects.filter(({ kind }) => kind.endsWith('RoleBinding'))) {
      const { kind, name: role } = binding['roleRef'];
      find(objects, `${kind}.rbac.authorization.k8s.io ${kind === 'Role' ? 'ns/' : ''}${role}`);
      assert.deepEqual(binding['subjects'], [
        { kind: 'ServiceAccount', name: pod.spec.serviceAccountName, namespace: 'ns' },
      ]);
    }
    find(objects, `ServiceAccount ns/${pod.spec.serviceAccountName}`);
  });

  test(`${name}: the Pod is restricted and its root file system read-only`, () => {
    assert.equal(pod.spec.securityContext.runAsNonRoot, true);
    assert.equal(pod.spec.securityContext.seccompProfile.type, 'RuntimeDefault');
    assert.deepEqual(container.securityContext, {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });
}

test('a mounted certificate is the one that cert-manager issues, for the name of the Service', () => {
  const objects = installationObjects(installations['cert-manager'] as Parts);
  const certificate = find(objects, 'Certificate.cert-manager.io ns/serval-webhook');
  const service = find(objects, 'Service ns/serval-webhook');
  const [volume] = find(objects, 'Deployment.apps ns/serval-operator')['spec'].template.spec.volumes;
  assert.equal(volume.secret.secretName, certificate['spec'].secretName);
  assert.equal(certificate['spec'].dnsNames[0], `${service.metadata.name}.ns.svc`);
  find(objects, `Issuer.cert-manager.io ns/${certificate['spec'].issuerRef.name}`);
  const configurations = objects.filter(({ kind }) => kind.endsWith('WebhookConfiguration'));
  assert.equal(configurations.length, 2);
  for (const { metadata } of configurations) {
    assert.equal(metadata.annotations?.['cert-manager.io/inject-ca-from'], `ns/${certificate.metadata.name}`);
  }
});

test('only a self-managed certificate lets the operator write webhook configurations', () => {
  const verbs = (parts: Parts) =>
    find(installationObjects(parts), 'ClusterRole.rbac.authorization.k8s.io serval-operator')
      ['rules'].filter((rule: { apiGroups: string[] }) => rule.apiGroups.includes('admissionregistration.k8s.io'))
      .flatMap((rule: { verbs: string[] }) => rule.verbs);
  assert.ok(verbs(installations['self-managed'] as Parts).includes('patch'));
  assert.ok(!verbs(installations['cert-manager'] as Parts).includes('patch'));
  assert.deepEqual(verbs(installations['without webhooks'] as Parts), []);
});
