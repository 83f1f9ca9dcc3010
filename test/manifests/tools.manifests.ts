import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { before, type TestContext, test } from 'node:test';
import type { AnyObject } from '@serval/kube/objects';
import {
  type ChartName,
  chartFolder,
  chartNames,
  chartsOf,
  type FileSet,
  offlineRenderers,
  type Renderer,
  readFolder,
  type Variant,
  variantKustomization,
  variants,
  variantValues,
  verifyDeploy,
  writeFolder,
} from '@serval/manifests';
import { loadAll } from 'js-yaml';
import { repository, run, temporaryDirectory } from '../support/serval.ts';

/** A Helm that was built from its sources takes itself for one of Kubernetes 1.20. */
const kubeVersion = ['--kube-version', '1.34.0'];

/** Paths in a variable, one per line. */
function binaries(variable: string): string[] {
  const paths = (process.env[variable] ?? '').split('\n').filter((path) => path !== '');
  assert.ok(paths.length > 0, `${variable} names no binary; run "npm run test:manifests"`);
  return paths;
}
const helms = binaries('SERVAL_HELM');
const kustomizes = [
  ...binaries('SERVAL_KUSTOMIZE').map((path) => [path, 'build']),
  ...binaries('SERVAL_KUBECTL').map((path) => [path, 'kustomize']),
];

let files: FileSet;
before(async () => {
  files = await readFolder(join(repository, 'deploy'));
});

async function output(command: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(command, args);
  assert.equal(code, 0, `${command} ${args.join(' ')}: ${stderr}`);
  return stdout;
}

function objectsOf(text: string): AnyObject[] {
  return loadAll(text).filter((value) => value !== null && value !== undefined) as AnyObject[];
}

/** The folder on disk, which the tools read: what is verified is what is committed. */
async function onDisk(t: TestContext): Promise<string> {
  const folder = await temporaryDirectory(t);
  await writeFolder(folder, files);
  return folder;
}

function helmRenderer(t: TestContext, helm: string, folder: string): Renderer {
  const valuesFile = async (chart: ChartName, variant: Variant) => {
    const path = join(await temporaryDirectory(t), 'values.json');
    await writeFile(path, JSON.stringify(variantValues(files, chart, variant)));
    return path;
  };
  return {
    name: helm,
    async render(_files, variant) {
      const rendered = chartsOf(variant).map(async (chart) => {
        const given = ['--namespace', variant.namespace, '--values', await valuesFile(chart, variant)];
        return objectsOf(
          await output(helm, 'template', 'x', join(folder, chartFolder(chart)), ...given, ...kubeVersion),
        );
      });
      return (await Promise.all(rendered)).flat();
    },
  };
}

function kustomizeRenderer([binary = '', command = '']: string[], folder: string): Renderer {
  return {
    name: `${binary} ${command}`,
    async render(_files, variant) {
      const { namespace, webhooks, certificates, restricted } = variant;
      const own = join(folder, 'mine', `${namespace}-${webhooks}-${certificates}-${restricted?.clusterScoped}`);
      for (const [path, text] of variantKustomization(variant, '../..')) {
        await mkdir(dirname(join(own, path)), { recursive: true });
        await writeFile(join(own, path), text);
      }
      return objectsOf(await output(binary, command, own));
    },
  };
}

for (const helm of helms) {
  test(`${helm} finds nothing wrong with the charts`, async (t) => {
    const folder = await onDisk(t);
    for (const chart of chartNames) {
      const said = await output(helm, 'lint', '--strict', ...kubeVersion, join(folder, chartFolder(chart)));
      assert.match(said, /1 chart\(s\) linted, 0 chart\(s\) failed/);
    }
  });
}

test('the released tools render every variant to the same objects, and as we do', async (t) => {
  const folder = await onDisk(t);
  const renderers = [
    ...offlineRenderers,
    ...kustomizes.map((tool) => kustomizeRenderer(tool, folder)),
    ...helms.map((helm) => helmRenderer(t, helm, folder)),
  ];
  const reports = await verifyDeploy(files, { renderers });
  assert.deepEqual(
    reports.flatMap(({ name, findings }) => findings.slice(0, 5).map((finding) => ({ name, ...finding }))),
    [],
  );
  const parity = reports.find(({ name }) => name === 'parity');
  t.diagnostic(`${variants.length} variants, ${renderers.length} renders of each: ${parity?.fields} fields compared`);
  assert.ok((parity?.fields ?? 0) > 500_000);
});
