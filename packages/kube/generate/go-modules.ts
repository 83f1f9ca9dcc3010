import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Pinned to the Kubernetes release that the installed @kubernetes/client-node was generated from. */
export const goVersion = 'v0.36.0';
const modules = ['k8s.io/api', 'k8s.io/apimachinery', 'k8s.io/apiextensions-apiserver', 'k8s.io/kube-aggregator'];

/**
 * Directories of the official Go packages, by module path, downloaded into Go's module cache (checked against its sum
 * database); or why they cannot be had here.
 */
export function downloadGoModules(): Map<string, string> | { unavailable: string } {
  const directory = mkdtempSync(join(tmpdir(), 'serval-generate-'));
  try {
    writeFileSync(join(directory, 'go.mod'), 'module generate\n\ngo 1.24\n');
    const wanted = modules.map((module) => `${module}@${goVersion}`);
    const run = spawnSync('go', ['mod', 'download', '-json', ...wanted], { cwd: directory, encoding: 'utf8' });
    if ((run.error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT')
      return { unavailable: 'go is not installed' };
    if (run.status !== 0) return { unavailable: `go mod download failed: ${run.stderr.trim() || run.stdout.trim()}` };
    const found = `[${run.stdout.replaceAll(/^}\s*{/gm, '},{')}]`;
    const answers = JSON.parse(found) as { Path: string; Dir: string }[];
    return new Map(answers.map(({ Path, Dir }) => [Path, Dir]));
  } finally {
    rmSync(directory, { recursive: true });
  }
}
