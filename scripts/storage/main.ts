// npm run build:storage -- bundle | package | executable | root | sbom [--check]
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { layRootFileSystem } from '../build/root-file-system.ts';
import { runBuilds, sizeLine, sizeLines } from '../build/run-builds.ts';
import { bundleStorage, storageProgram } from './bundle.ts';
import { buildExecutable } from './executable.ts';
import { outputFolder } from './layout.ts';
import { packStorage } from './pack.ts';
import { renderSbom, sbomPath } from './sbom.ts';

const args = process.argv.slice(2);
if (args[0] === 'sbom' && args.includes('--check')) {
  if ((await readFile(sbomPath, 'utf8').catch(() => '')) !== (await renderSbom())) {
    process.stderr.write(`${sbomPath} is stale: run npm run build:storage -- sbom\n`);
    process.exitCode = 1;
  }
} else {
  const builds = {
    async bundle(folder: string) {
      const path = join(folder, 'serval-storage.mjs');
      const { bytes } = await bundleStorage(path, 'module');
      return [sizeLine(bytes, path)];
    },
    async package(folder: string) {
      return [await packStorage(folder)];
    },
    async executable(folder: string) {
      const path = join(folder, 'serval-storage');
      const { bytes } = await buildExecutable(path);
      return [sizeLine(bytes, path)];
    },
    async root(folder: string) {
      const path = join(folder, 'root');
      return sizeLines(await layRootFileSystem(storageProgram, path), path);
    },
    async sbom() {
      await writeFile(sbomPath, await renderSbom());
      return [];
    },
  };
  await runBuilds(builds, args, outputFolder);
}
