import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  chartFolder,
  chartsOf,
  offlineRenderers,
  readFolder,
  variantKustomization,
  variants,
  variantValues,
  writeFolder,
} from '@serval/manifests';
import type { Row } from './table.ts';

const repository = fileURLToPath(new URL('..', import.meta.url));
const serval = join(repository, 'packages/cli/bin/serval.js');
const tools = join(repository, '.cache/manifest-tools');
const run = promisify(execFile);
const maxBuffer = 256 * 1024 * 1024;
const rounds = 3;

/** The commands as people run them, and the renders of all variants by us and by the released tools, where `npm run test:manifests` has built them. */
export async function benchManifests(): Promise<Row[]> {
  const command = (...args: string[]) =>
    run(process.execPath, [serval, 'manifests', ...args], { cwd: repository, maxBuffer });
  const alone = async (...args: string[]): Promise<Row> => ({
    what: `serval manifests ${args.join(' ')}`,
    unit: 'ms',
    ours: await best(() => command(...args)),
    reference: '-',
  });
  return [await alone('generate', '--check'), await alone('verify'), ...(await benchRenders())];
}

async function benchRenders(): Promise<Row[]> {
  const files = await readFolder(join(repository, 'deploy'));
  const ours = await best(async () => {
    for (const variant of variants) for (const { render } of offlineRenderers) await render(files, variant);
  });
  const what = `rendering ${variants.length} variants by Kustomize and Helm`;
  const [helm, kustomize] = ['helm-v3.22.0/helm', 'kustomize-v5.8.2/kustomize'].map((name) => join(tools, name)) as [
    string,
    string,
  ];
  if (!existsSync(helm) || !existsSync(kustomize)) return [{ what, unit: 'ms', ours, reference: '-' }];
  const folder = await mkdtemp(join(tmpdir(), 'serval-bench-manifests-'));
  try {
    await writeFolder(folder, files);
    for (const [index, variant] of variants.entries()) {
      await mkdir(join(folder, 'mine', String(index)), { recursive: true });
      await writeFolder(join(folder, 'mine', String(index)), variantKustomization(variant, '../..'));
      for (const chart of chartsOf(variant)) {
        await writeFile(join(folder, `${index}-${chart}.json`), JSON.stringify(variantValues(files, chart, variant)));
      }
    }
    const referenceValue = await best(async () => {
      for (const [index, variant] of variants.entries()) {
        const { namespace } = variant;
        await run(kustomize, ['build', join(folder, 'mine', String(index))], { maxBuffer });
        for (const chart of chartsOf(variant)) {
          const values = join(folder, `${index}-${chart}.json`);
          const args = [
            'template',
            'x',
            join(folder, chartFolder(chart)),
            '-n',
            namespace,
            '-f',
            values,
            '--kube-version',
            '1.34.0',
          ];
          await run(helm, args, { maxBuffer });
        }
      }
    });
    return [{ what, unit: 'ms', ours, reference: 'kustomize 5.8.2 and helm 3.22.0, a process each', referenceValue }];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The shortest of some rounds: others on the machine only ever make it longer. */
async function best(work: () => Promise<unknown>): Promise<number> {
  let shortest = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round += 1) {
    const start = performance.now();
    await work();
    shortest = Math.min(shortest, performance.now() - start);
  }
  return shortest;
}
