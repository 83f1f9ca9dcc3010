import assert from 'node:assert/strict';
import { type Outcome, run } from './serval.ts';

/** The kubectl binaries to test with: paths in SERVAL_KUBECTL, one per line. */
export function kubectlBinaries(): string[] {
  const found = (process.env['SERVAL_KUBECTL'] ?? '').split('\n').filter((path) => path !== '');
  assert.ok(found.length > 0, 'SERVAL_KUBECTL names no kubectl; run "npm run test:kubectl"');
  return found;
}

export interface Kubectl {
  (...args: string[]): Promise<string>;
  /** Without checking the exit code. */
  try(args: string[], input?: string): Promise<Outcome>;
  /** With text on standard input. */
  withInput(input: string, ...args: string[]): Promise<string>;
}

/** kubectl as a person would use it: only a kubeconfig, an empty cache. Standard output of a call that must succeed. */
export function createKubectl(binary: string, kubeconfig: string, cacheDirectory: string): Kubectl {
  const call = (args: string[], input?: string) =>
    run(binary, ['--cache-dir', cacheDirectory, ...args], {
      input,
      env: { PATH: process.env['PATH'], KUBECONFIG: kubeconfig },
    });
  const checked = async (args: string[], input?: string) => {
    const outcome = await call(args, input);
    assert.equal(outcome.code, 0, `kubectl ${args.join(' ')}: ${outcome.stderr}${outcome.stdout}`);
    return outcome.stdout;
  };
  return Object.assign((...args: string[]) => checked(args), {
    try: call,
    withInput: (input: string, ...args: string[]) => checked(args, input),
  });
}
