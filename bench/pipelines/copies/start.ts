import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { bundleFolder } from '../../../scripts/build/bundle.ts';
import { imageEnvironment } from '../../../scripts/operator/bundle.ts';
import type { CopiesTold } from './told.ts';

export interface CopiesProgram {
  /** Resolves when all copies are as their source again, of which it was not told yet. */
  converged(): Promise<CopiesTold>;
  stop(): Promise<void>;
}

/**
 * Bundled as our operator is, with the same environment, beside the kubeconfig.
 *
 * @param source  whose content every service gets a copy of
 */
export async function startCopies(
  kubeconfig: string,
  source: { namespace: string; name: string },
  namespaces: number,
  services: number,
): Promise<CopiesProgram> {
  const { main } = await bundleFolder('bench/pipelines/copies/program.ts', join(dirname(kubeconfig), 'copies'));
  const args = [kubeconfig, source.namespace, source.name, String(namespaces), String(services)];
  const child: ChildProcess = spawn(process.execPath, [main, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...(await imageEnvironment()) },
  });
  const ended = once(child, 'close');
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
  return {
    async converged() {
      const { value, done } = await lines.next();
      if (done) throw new Error('the program that writes copies ended');
      return JSON.parse(value) as CopiesTold;
    },
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
