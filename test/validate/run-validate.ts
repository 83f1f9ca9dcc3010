import { launcher, type Outcome, repository, run } from '../support/serval.ts';

/** Runs the real command in the repository's folder; input may be any bytes. */
export async function validate(args: readonly string[], input?: string | Uint8Array): Promise<Outcome> {
  return run(process.execPath, [launcher, 'validate', ...args], { input, cwd: repository });
}
