import { Worker } from 'node:worker_threads';
import type { FileSet } from '../file-set.ts';

/** What `generateDeploy` answers, made in a thread of its own: it takes about as long as rendering all variants does. */
export function generateAside(signal?: AbortSignal): Promise<FileSet> {
  const isSource = import.meta.url.endsWith('.ts');
  const worker = new Worker(new URL(`./generate-thread.${isSource ? 'ts' : 'js'}`, import.meta.url), {
    // A thread does not inherit the condition by which a clone runs from its sources.
    execArgv: isSource ? ['--conditions', '@serval/source'] : [],
  });
  const { promise, resolve, reject } = Promise.withResolvers<FileSet>();
  const abort = () => {
    reject(signal?.reason);
    void worker.terminate();
  };
  signal?.addEventListener('abort', abort, { once: true });
  worker.once('message', resolve);
  worker.once('error', reject);
  worker.once('exit', () => {
    signal?.removeEventListener('abort', abort);
    reject(new Error('the thread that generates ended without an answer'));
  });
  if (signal?.aborted) abort();
  return promise;
}
