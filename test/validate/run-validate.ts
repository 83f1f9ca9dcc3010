import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { type Outcome, repository } from '../support/serval.ts';

/** Runs the real command in the repository's folder; input may be any bytes. */
export async function validate(args: readonly string[], input?: string | Uint8Array): Promise<Outcome> {
  const launcher = join(repository, 'packages/cli/bin/serval.js');
  const child = spawn(process.execPath, [launcher, 'validate', ...args], { cwd: repository });
  // A command that refuses the input early need not read all of it.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input ?? '');
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => resolve(exitCode ?? 1));
  });
  return { code, stdout, stderr };
}
