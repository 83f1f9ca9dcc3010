// What a change of the definitions since the last released version means to its users: `node -C @serval/source scripts/check-definitions.ts [FOLDER]`.
// Breaking changes need a version that says so: the first number of it that is not zero must have risen.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Whether `to` may break users of `from`: by semantic versioning, and before 1.0 by its minor number. */
export function mayBreak(from: string, to: string): boolean {
  const [before, after] = [from, to].map((text) => text.replace(/^v/, '').split(/[.+-]/).slice(0, 3).map(Number)) as [
    number[],
    number[],
  ];
  const leading = before.findIndex((number) => number !== 0);
  const upTo = leading < 0 ? before.length : leading + 1;
  for (let i = 0; i < upTo; i += 1) if (after[i] !== before[i]) return (after[i] ?? 0) > (before[i] ?? 0);
  return false;
}

/** The last tag that is a version; nothing before the first release. */
export function lastVersion(repository: string): string | undefined {
  const tags = execFileSync('git', ['tag', '--list', 'v*', '--sort=-version:refname'], {
    cwd: repository,
    encoding: 'utf8',
  });
  return tags.split('\n').find((tag) => /^v\d+\.\d+\.\d+$/.test(tag));
}

/** Compares, prints, and answers the exit code. */
export function checkDefinitions(repository: string, print: (line: string) => void): number {
  const tag = lastVersion(repository);
  if (tag === undefined) {
    print('no version is tagged yet: there are no definitions to compare with');
    return 0;
  }
  const { version } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as { version: string };
  const serval = fileURLToPath(new URL('../packages/cli/bin/serval.js', import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [serval, 'manifests', 'diff', tag, 'deploy'], {
    cwd: repository,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  print(`${stdout}${stderr}`.trim());
  if (status === 0) return 0;
  if (status === 1 && stdout !== '' && mayBreak(tag, version)) {
    print(`${version} may break users of ${tag}`);
    return 0;
  }
  print(
    status === 1
      ? `${version} may not break users of ${tag}: raise the version, or take the change back`
      : 'the comparison failed',
  );
  return 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.exitCode = checkDefinitions(resolve(process.argv[2] ?? '.'), (line) => process.stdout.write(`${line}\n`));
}
