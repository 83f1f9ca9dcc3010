import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AnyObject } from '@serval/kube/objects';
import fc from 'fast-check';
import { generateDeploy } from '../generate.ts';
import { parseYaml } from '../yaml/parse-yaml.ts';
import { writeYaml } from '../yaml/write-yaml.ts';
import type { Check, Evidence, Finding } from './check.ts';
import { generated } from './checks/generated.ts';
import { checks, gatherEvidence, runCheck, verifyDeploy } from './verify.ts';

const files = generateDeploy();
const certManager = { namespace: 'elsewhere', webhooks: true, certificates: 'cert-manager' } as const;
const { evidence } = await gatherEvidence(files, {
  generated: files,
  variants: [certManager, { ...certManager, webhooks: false }],
});
const checkNamed = (name: string) => checks.find((check) => check.name === name) as Check;

for (const check of checks) {
  test(`${check.name}: nothing is found, and something was compared`, () => {
    const { findings, objects, fields } = runCheck(check, evidence);
    assert.deepEqual(findings, []);
    assert.ok(objects > 0 && fields > 0);
  });

  test(`${check.name}: comparing nothing is a finding`, () => {
    const nothing = { files: new Map(), generated: new Map(), variants: [], definitions: [] };
    assert.equal(runCheck(check, nothing).findings.at(-1)?.message, 'compared nothing');
  });
}

/** The evidence with one object of one render changed, and what the check finds then. */
function found(
  check: string,
  kind: string,
  change: (object: AnyObject, all: AnyObject[]) => void,
  name?: string,
): Finding[] {
  const [first, ...others] = structuredClone(evidence.variants) as Evidence['variants'];
  const helm = first?.renders.find(({ by }) => by === 'helm');
  const objects = helm?.objects as AnyObject[];
  const object = objects.find((candidate) => candidate.kind === kind && (!name || candidate.metadata.name === name));
  assert.ok(object, kind);
  change(object, objects);
  const definitions = objects.flatMap((candidate) =>
    candidate.kind === 'CustomResourceDefinition'
      ? [{ object: candidate, text: JSON.stringify(candidate), isFull: false }]
      : [],
  );
  return [...runCheck(checkNamed(check), { ...evidence, variants: [first as never, ...others], definitions }).findings];
}

const llm = 'llminferenceservices.serving.kserve.io';
type Drift = [
  check: string,
  what: string,
  kind: string,
  change: (object: AnyObject, all: AnyObject[]) => void,
  object: RegExp,
  path: RegExp,
  name?: string,
];
const container = (object: AnyObject) => object['spec'].template.spec.containers[0];
const drifts: Drift[] = [
  [
    'parity',
    'a changed field',
    'Deployment',
    (d) => {
      d['spec'].replicas = 3;
    },
    /^Deployment\.apps elsewhere\/serval-operator$/,
    /^spec\.replicas$/,
  ],
  [
    'parity',
    'a missing object',
    'Service',
    (s, all) => {
      all.splice(all.indexOf(s), 1);
    },
    /^Service elsewhere\//,
    /^$/,
  ],
  [
    'parity',
    'a field of a definition',
    'CustomResourceDefinition',
    (d) => {
      delete d['spec'].versions[0].schema.openAPIV3Schema.properties.spec.description;
    },
    /^CustomResourceDefinition/,
    /properties\.spec\.description$/,
  ],
  [
    'certificates',
    'an annotation that leads nowhere',
    'ValidatingWebhookConfiguration',
    (w) => {
      w.metadata.annotations = { 'cert-manager.io/inject-ca-from': 'kserve/serving-cert' };
    },
    /^ValidatingWebhookConfiguration/,
    /inject-ca-from/,
  ],
  [
    'certificates',
    'a definition without authority',
    'CustomResourceDefinition',
    (d) => {
      delete d.metadata.annotations;
    },
    new RegExp(llm),
    /inject-ca-from/,
    llm,
  ],
  [
    'certificates',
    'a certificate for another namespace',
    'Certificate',
    (c) => {
      c['spec'].dnsNames[0] = 'serval-webhook.serval-system.svc';
    },
    /^Certificate/,
    /^spec\.dnsNames/,
  ],
  [
    'certificates',
    'an issuer that is not there',
    'Issuer',
    (i) => {
      i.metadata.name = 'other';
    },
    /^Certificate/,
    /issuerRef/,
  ],
  [
    'certificates',
    'a Secret that nobody makes',
    'Certificate',
    (c) => {
      c['spec'].secretName = 'other';
    },
    /^Deployment/,
    /secretName$/,
  ],
  [
    'webhooks',
    'another namespace',
    'MutatingWebhookConfiguration',
    (w) => {
      w['webhooks'][0].clientConfig.service.namespace = 'kserve';
    },
    /^MutatingWebhookConfiguration/,
    /^webhooks\[0\]\.clientConfig\.service$/,
  ],
  [
    'webhooks',
    'a path that nobody answers',
    'ValidatingWebhookConfiguration',
    (w) => {
      w['webhooks'][1].clientConfig.service.path = '/validate';
    },
    /^ValidatingWebhookConfiguration/,
    /^webhooks\[1\]\.clientConfig\.service\.path$/,
  ],
  [
    'webhooks',
    'a conversion elsewhere',
    'CustomResourceDefinition',
    (d) => {
      d['spec'].conversion.webhook.clientConfig.service.name = 'llmisvc';
    },
    new RegExp(llm),
    /^spec\.conversion/,
    llm,
  ],
  [
    'webhooks',
    'a port that the Service does not have',
    'Service',
    (s) => {
      s['spec'].ports[0].port = 8443;
    },
    /WebhookConfiguration|CustomResourceDefinition/,
    /port$/,
    'serval-webhook',
  ],
  [
    'webhooks',
    'a Service that selects nothing',
    'Service',
    (s) => {
      s['spec'].selector = { app: 'x' };
    },
    /^Service/,
    /^spec\.selector$/,
    'serval-webhook',
  ],
  [
    'webhooks',
    'a port that no container has',
    'Service',
    (s) => {
      s['spec'].ports[0].targetPort = 'x';
    },
    /^Service/,
    /^spec\.ports$/,
    'serval-webhook',
  ],
  [
    'definitions',
    'a schema that is not structural',
    'CustomResourceDefinition',
    (d) => {
      delete d['spec'].versions[0].schema.openAPIV3Schema.properties.spec.type;
    },
    /^CustomResourceDefinition/,
    /^spec\.versions\[0\]\.schema/,
  ],
  [
    'definitions',
    'versions that nobody converts',
    'CustomResourceDefinition',
    (d) => {
      delete d['spec'].conversion;
    },
    new RegExp(llm),
    /^spec\.conversion$/,
    llm,
  ],
  [
    'definition sizes',
    'a definition that grew',
    'CustomResourceDefinition',
    (d) => {
      d['spec'].versions[0].schema.openAPIV3Schema.description = 'x'.repeat(270_000);
    },
    /^CustomResourceDefinition/,
    /^$/,
  ],
  [
    'access rules',
    'a verb more',
    'ClusterRole',
    (r) => {
      r['rules'][0].verbs.push('delete');
    },
    /^ClusterRole\.rbac\.authorization\.k8s\.io serval-operator$/,
    /^rules\[0\]\.verbs/,
    'serval-operator',
  ],
  [
    'access rules',
    'a binding to the cluster administrator',
    'ClusterRoleBinding',
    (b) => {
      b['roleRef'].name = 'cluster-admin';
    },
    /^ClusterRoleBinding/,
    /^roleRef$/,
  ],
  [
    'access rules',
    'another account',
    'RoleBinding',
    (b) => {
      b['subjects'][0].namespace = 'kserve';
    },
    /^RoleBinding/,
    /^subjects\[0\]$/,
  ],
  [
    'flags',
    'a flag that nobody knows',
    'Deployment',
    (d) => {
      container(d).args.push('--metrics-bind-address=:8080');
    },
    /^Deployment/,
    /args\[\d\]$/,
  ],
  [
    'flags',
    'certificates of another kind',
    'Deployment',
    (d) => {
      container(d).args = container(d).args.map((text: string) => text.replace('cert-manager', 'self-managed'));
    },
    /^Deployment/,
    /args$/,
  ],
  [
    'flags',
    'a variable that is not set',
    'Deployment',
    (d) => {
      container(d).env = [];
    },
    /^Deployment/,
    /args\[0\]$/,
  ],
  [
    'configuration',
    'a section that is no JSON',
    'ConfigMap',
    (c) => {
      c['data'].ingress = '{';
    },
    /^ConfigMap/,
    /^data$/,
  ],
  [
    'configuration',
    'the Gateway of another namespace',
    'ConfigMap',
    (c) => {
      c['data'].ingress = '{"kserveIngressGateway": "kserve/kserve-ingress-gateway"}';
    },
    /^ConfigMap/,
    /^data\.ingress$/,
  ],
  [
    'owners',
    'a definition of somebody else',
    'CustomResourceDefinition',
    (d) => {
      d['spec'].group = 'gateway.networking.k8s.io';
    },
    /^CustomResourceDefinition/,
    /^spec\.group$/,
  ],
  [
    'owners',
    'a definition twice',
    'CustomResourceDefinition',
    (d, all) => {
      all.push(structuredClone(d));
    },
    /^CustomResourceDefinition/,
    /^$/,
  ],
];

for (const [check, what, kind, change, object, path, name] of drifts) {
  test(`${check} finds ${what}`, () => {
    const findings = found(check, kind, change, name);
    assert.ok(
      findings.some((finding) => object.test(finding.object) && path.test(finding.path) && finding.message !== ''),
      JSON.stringify(findings.slice(0, 5), null, 1),
    );
  });
}

test('release sizes finds a chart that grew', () => {
  const noise = Array.from({ length: 900_000 }, (_, i) => Math.sin(i).toString(36).slice(-1)).join('');
  const grown = new Map(files).set('helm/serval/notes.md', noise);
  const { findings } = runCheck(checkNamed('release sizes'), { ...evidence, files: grown });
  assert.deepEqual(
    findings.map(({ object }) => object),
    ['helm/serval'],
  );
});

test('every check has a drift that it finds', () => {
  const tried = new Set([...drifts.map(([check]) => check), 'release sizes', 'generated']);
  assert.deepEqual(
    checks.map(({ name }) => name).filter((name) => !tried.has(name)),
    [],
  );
});

test('one edited line of any file is named', () => {
  const paths = [...files.keys()];
  fc.assert(
    fc.property(fc.nat(), fc.nat(), fc.constantFrom('edit', 'remove'), (at, line, what) => {
      const path = paths[at % paths.length] as string;
      const lines = (files.get(path) as string).split('\n');
      // The last one is what follows the last line break.
      const index = line % Math.max(lines.length - 1, 1);
      if (what === 'remove') lines.splice(index, 1);
      else lines[index] = `${lines[index]}x`;
      const { findings } = runCheck(generated, { ...evidence, files: new Map(files).set(path, lines.join('\n')) });
      assert.ok(
        findings.length > 0 && findings.every(({ object, path: field }) => object.includes(path) && field !== ''),
        path,
      );
    }),
    { numRuns: 300, examples: [[2147483619, 595445851, 'remove']] },
  );
});

test('one edited leaf of a definition or an overlay is named by object and path', () => {
  const paths = [...files.keys()].filter((path) => /^(crds\/standard|kustomize)\/.*\.yaml$/.test(path));
  fc.assert(
    fc.property(fc.nat(), fc.infiniteStream(fc.nat()), (at, choices) => {
      const path = paths[at % paths.length] as string;
      const [value] = parseYaml(files.get(path) as string, path) as [AnyObject];
      const edited = editLeaf(value, choices);
      const changed = new Map(files).set(path, writeYaml(value));
      const { findings } = runCheck(generated, { ...evidence, files: changed });
      assert.ok(
        findings.some((finding) => finding.object.endsWith(path) && finding.path === edited),
        `${path} ${edited}: ${JSON.stringify(findings)}`,
      );
    }),
    { numRuns: 60 },
  );
});

/** Changes one leaf and answers its path. */
function editLeaf(value: unknown, choices: Iterator<number>, path = ''): string {
  const entries = Object.entries(value as object);
  const [key, child] = entries[(choices.next().value as number) % entries.length] as [string, unknown];
  const at = Array.isArray(value) ? `${path}[${key}]` : `${path}${path && '.'}${key}`;
  if (typeof child === 'object' && child !== null && Object.keys(child).length > 0) return editLeaf(child, choices, at);
  (value as Record<string, unknown>)[key] = 'edited';
  return at;
}

for (const [what, path, from, to, object, field] of [
  [
    'a chart',
    'helm/serval/templates/deployment-serval-operator.yaml',
    'runAsNonRoot: true',
    'runAsNonRoot: false',
    /^Deployment\.apps serval-system\/serval-operator$/,
    /runAsNonRoot$/,
  ],
  [
    'a definition',
    'crds/standard/trainedmodels.serving.kserve.io.yaml',
    'plural: trainedmodels',
    'plural: trainedmodel',
    /^CustomResourceDefinition\.apiextensions\.k8s\.io trainedmodels/,
    /^spec\.names\.plural$/,
  ],
  [
    'an overlay',
    'kustomize/overlays/default/kustomization.yaml',
    'components/webhooks',
    'components/webhook',
    /overlays\/default/,
    /^components\[0\]$/,
  ],
  [
    'a component',
    'kustomize/components/webhooks/service-serval-webhook.yaml',
    'port: 443',
    'port: 444',
    /WebhookConfiguration|Service/,
    /port/,
  ],
  [
    'a chart that cannot be rendered any more',
    'helm/serval/templates/service-serval-webhook.yaml',
    '{{-',
    '{{- template "x" }}{{-',
    /helm/,
    /^$/,
  ],
] as const) {
  test(`the whole of it: ${what}`, async () => {
    const text = files.get(path) as string;
    assert.ok(text.includes(from), path);
    const edited = new Map(files).set(path, text.replace(from, to));
    const reports = await verifyDeploy(edited, {
      generated: files,
      variants: [certManager, { namespace: 'serval-system', webhooks: true, certificates: 'self-managed' }],
    });
    const findings = reports.flatMap((report) => report.findings);
    assert.ok(
      findings.some((finding) => object.test(finding.object) && field.test(finding.path)),
      JSON.stringify(findings.slice(0, 6), null, 1),
    );
  });
}
