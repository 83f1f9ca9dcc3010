import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleFolder, repository } from '../build/bundle.ts';
import type { Program } from '../build/root-file-system.ts';

/** What the operator reads at its start may weigh; it stays in memory. */
const MAX_EAGER_BYTES = 2_000_000;

/**
 * The operator as files in a folder of its own. The library for credential plugins of kubeconfigs, which is larger than all the rest, is
 * read only where there is one.
 *
 * @returns what to run, the bytes of all files, and of those that are read at every start.
 * @throws when those are more than they may weigh.
 */
export async function bundleOperator(folder: string): Promise<{ main: string; bytes: number; eager: number }> {
  const built = await bundleFolder('packages/operator/src/main.ts', join(folder, 'serval-operator'));
  const { main, eager } = built;
  if (eager > MAX_EAGER_BYTES) throw new Error(`${main} reads ${eager} bytes, the limit is ${MAX_EAGER_BYTES}`);
  return built;
}

/** The variables that the image sets, as its Dockerfile says. */
export async function imageEnvironment(): Promise<Record<string, string>> {
  const dockerfile = await readFile(join(repository, 'packages/operator/Dockerfile'), 'utf8');
  const pairs = [...dockerfile.matchAll(/^ENV (.+)$/gm)].flatMap(([, line = '']) => line.split(' '));
  return Object.fromEntries(pairs.map((pair) => pair.split('=', 2)));
}

/** What the operator's image holds. */
export const operatorProgram: Program = { name: 'serval-operator', folders: [], bundle: bundleOperator };
