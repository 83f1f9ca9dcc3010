// npm run build:storage -- bundle | package | executable | root | sbom [--check]
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleStorage } from './bundle.ts';
import { buildExecutable } from './executable.ts';
import { outputFolder } from './layout.ts';
import { packStorage } from './pack.ts';
import { layRootFileSystem } from './root-file-system.ts';
import { renderSbom, sbomPath } from './sbom.ts';

const print = (line: string) => process.stdout.write(`${line}\n`);
const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(2).padStart(8)} MB`;

const builds: Record<string, (folder: string) => Promise<void>> = {
  async bundle(folder) {
    const path = join(folder, 'serval-storage.mjs');
    const { bytes } = await bundleStorage(path, 'module');
    print(`${megabytes(bytes)}  ${path}`);
  },
  async package(folder) {
    print(await packStorage(folder));
  },
  async executable(folder) {
    const path = join(folder, 'serval-storage');
    const { bytes } = await buildExecutable(path);
    print(`${megabytes(bytes)}  ${path}`);
  },
  async root(folder) {
    const path = join(folder, 'root');
    const parts = await layRootFileSystem(path);
    for (const { what, bytes } of parts) print(`${megabytes(bytes)}  ${what}`);
    print(`${megabytes(parts.reduce((sum, { bytes }) => sum + bytes, 0))}  in all: ${path}`);
  },
  async sbom() {
    await writeFile(sbomPath, await renderSbom());
  },
};

const [what = '', ...rest] = process.argv.slice(2);
if (what === 'sbom' && rest.includes('--check')) {
  if ((await readFile(sbomPath, 'utf8').catch(() => '')) !== (await renderSbom())) {
    process.stderr.write(`${sbomPath} is stale: run npm run build:storage -- sbom\n`);
    process.exitCode = 1;
  }
} else if (builds[what]) {
  const folder = rest[0] ?? outputFolder;
  await mkdir(folder, { recursive: true });
  await builds[what](folder);
} else {
  process.stderr.write(`build what? one of ${Object.keys(builds).join(', ')}\n`);
  process.exitCode = 2;
}
