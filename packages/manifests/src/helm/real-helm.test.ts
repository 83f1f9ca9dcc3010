import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { before, test } from 'node:test';
import { promisify } from 'node:util';
import type { AnyObject } from '@serval/kube/objects';
import fc from 'fast-check';
import type { FileSet } from '../file-set.ts';
import { inApplyOrder } from '../kustomize/apply-order.ts';
import { kustomizeFiles } from '../kustomize/layout.ts';
import { parseObjects } from '../yaml/parse-yaml.ts';
import { type ChartName, chartNames } from './chart.ts';
import { generateCharts } from './generate-charts.ts';
import { renderChart } from './render.ts';
import { templates, valueSets } from './test-support/arbitrary-tree.ts';
import { writeTemplate } from './write-template.ts';

/** Binaries of Helm, a path per line; without any there is nothing to compare with. */
const binaries = (process.env['SERVAL_HELM'] ?? '').split('\n').filter((path) => path !== '');
if (binaries.length === 0) test('renders of Helm', { skip: 'SERVAL_HELM names no binary' }, () => {});
const run = promisify(execFile);

let files: FileSet;
before(() => {
  if (binaries.length > 0) files = generateCharts(kustomizeFiles());
});

const valuesOfCharts: [ChartName, Record<string, unknown>][] = [
  ['serval-crds', {}],
  ['serval-crds', { keep: false }],
  ['serval', {}],
  ['serval', { webhooks: { enabled: false } }],
  ['serval', { certificates: { mode: 'cert-manager', issuerRef: { name: 'corporate', kind: 'ClusterIssuer' } } }],
  [
    'serval',
    {
      replicas: 1,
      image: { registry: 'registry.example:5000', digest: `sha256:${'0'.repeat(64)}` },
      imagePullSecrets: [{ name: 'registry' }],
      resources: { limits: { memory: '1Gi', cpu: 2 } },
      extraArgs: ['--log-level=debug', 'a: "b" {{ .c }}'],
      extraEnv: [{ name: 'HTTPS_PROXY', value: 'http://proxy.example' }],
      nodeSelector: null,
      tolerations: [{ key: 'x', operator: 'Exists' }],
      affinity: { nodeAffinity: {} },
      topologySpreadConstraints: [],
      priorityClassName: 'system-cluster-critical',
      podLabels: { team: 'on' },
      podAnnotations: { 'a/b': '<&>' },
      serviceAccount: { annotations: { role: 'x' } },
      podDisruptionBudget: { maxUnavailable: '50%' },
      metrics: { service: { enabled: false } },
      gateway: { enabled: true, className: 'envoy' },
      runtimes: { enabled: true, modelServer: { image: { tag: '9' } } },
      config: {
        ingress: { ingressDomain: 'models.example', disableIngressCreation: true },
        service: { serviceClusterIPNone: true },
      },
    },
  ],
];

for (const helm of binaries) {
  for (const [chart, values] of valuesOfCharts) {
    test(`${helm} renders ${chart} as we do: ${JSON.stringify(values)}`, async (t) => {
      const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
      const ours = renderChart(files, chart, { namespace: 'ns', values: given });
      assert.deepEqual(await renderWithHelm(t, helm, files, chart, given), ours);
    });
  }

  test(`${helm} has nothing to say of the charts`, async (t) => {
    const folder = await written(t, files);
    for (const chart of chartNames) await run(helm, ['lint', '--strict', '--quiet', join(folder, 'helm', chart)]);
  });

  test(`${helm} refuses what the schema does not name`, async (t) => {
    await assert.rejects(renderWithHelm(t, helm, files, 'serval', { image: { tags: 'x' } }), /tags/);
  });

  test(`${helm} renders templates of any shape as we do`, async (t) => {
    const seed = 1;
    const trees = fc.sample(templates, { numRuns: 300, seed });
    for (const values of fc.sample(valueSets, { numRuns: 4, seed })) {
      const chart: FileSet = new Map([
        ['helm/serval/Chart.yaml', 'apiVersion: v2\nname: serval\nversion: 0.1.0\n'],
        ['helm/serval/values.yaml', '{}\n'],
        ['helm/serval/values.schema.json', '{}\n'],
        ...trees.map((tree, index): [string, string] => [
          `helm/serval/templates/t${index}.yaml`,
          writeTemplate(tree).replace('name: x\n', `name: x${index}\n`),
        ]),
      ]);
      const ours = renderChart(chart, 'serval', { namespace: 'ns', values });
      assert.deepEqual(await renderWithHelm(t, helm, chart, 'serval', values), ours);
    }
  });
}

interface TestContext {
  after(cleanUp: () => Promise<void>): void;
}

async function renderWithHelm(
  t: TestContext,
  helm: string,
  charts: FileSet,
  chart: ChartName,
  values: Record<string, unknown>,
): Promise<AnyObject[]> {
  const folder = await written(t, new Map([...charts, ['values.json', JSON.stringify(values)]]));
  // A Helm that was built from source alone takes an old release for the cluster's.
  const { stdout } = await run(
    helm,
    [
      'template',
      'r',
      join(folder, 'helm', chart),
      '-n',
      'ns',
      '-f',
      join(folder, 'values.json'),
      '--kube-version',
      '1.34.0',
    ],
    { maxBuffer: 256 * 1024 * 1024 },
  );
  return inApplyOrder(parseObjects(stdout, 'helm template'));
}

async function written(t: TestContext, content: FileSet): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'serval-charts-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  for (const [path, text] of content) {
    if (path.startsWith('helm/') || path === 'values.json') {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
  }
  return folder;
}
