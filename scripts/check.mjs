// Every static check, one after the other; all run even when one fails, and the exit code tells.
import { spawnSync } from 'node:child_process';

const checks = [
  ['format and lint', 'biome', ['check', '.']],
  ['types', 'tsc', ['-p', 'tsconfig.check.json']],
  ['promises', 'oxlint', ['--type-aware', '-c', '.oxlintrc.json']],
  ['unused and undeclared', 'knip', []],
  ['import directions', 'node', ['scripts/check-imports.ts']],
  ['bill of materials', 'node', ['-C', '@serval/source', 'scripts/storage/main.ts', 'sbom', '--check']],
  ['generated table', 'node', ['-C', '@serval/source', 'packages/kube/generate/main.ts', '--check']],
  [
    'generated manifests',
    'node',
    [
      '-C',
      '@serval/source',
      'packages/cli/src/main.ts',
      'manifests',
      'generate',
      '--check',
      '--reference',
      'docs/reference',
    ],
  ],
];

const failed = [];
for (const [name, command, args] of checks) {
  process.stdout.write(`── ${name}: ${command} ${args.join(' ')}\n`);
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0) failed.push(error === undefined ? name : `${name} (${error.message})`);
}
process.stdout.write(failed.length === 0 ? `${checks.length} checks passed\n` : `failed: ${failed.join(', ')}\n`);
process.exitCode = failed.length === 0 ? 0 : 1;
