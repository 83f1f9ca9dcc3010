import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { CopiesTold } from './told.ts';

export interface CopiesProgram {
  /** Resolves when all copies are as their source again, of which it was not told yet. */
  converged(): Promise<CopiesTold>;
  stop(): Promise<void>;
}

/** @param source  whose content every service gets a copy of */
export function startCopies(
  kubeconfig: string,
  source: { namespace: string; name: string },
  namespaces: number,
  services: number,
): CopiesProgram {
  const program = fileURLToPath(new URL('./program.ts', import.meta.url));
  const args = [kubeconfig, source.namespace, source.name, String(namespaces), String(services)];
  const child: ChildProcess = spawn(process.execPath, ['-C', '@serval/source', program, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
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
