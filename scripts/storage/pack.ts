import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { repository } from '../build/bundle.ts';
import { packageFolder } from './layout.ts';

const run = promisify(execFile);

/**
 * The package as it is published: built JavaScript and types, no sources. It is put together in a folder of its own, because a
 * `dist` beside the sources would be run instead of them. Answers the tarball's path.
 */
export async function packStorage(folder: string): Promise<string> {
  const stage = await mkdtemp(join(tmpdir(), 'serval-storage-package-'));
  try {
    const compiler = join(repository, 'node_modules', 'typescript', 'bin', 'tsc');
    await run(process.execPath, [
      compiler,
      '-p',
      join(packageFolder, 'tsconfig.json'),
      '--outDir',
      join(stage, 'dist'),
    ]);
    for (const name of ['bin', 'README.md', 'CHANGELOG.md', 'sbom.cdx.json']) {
      await cp(join(packageFolder, name), join(stage, name), { recursive: true });
    }
    await cp(join(repository, 'LICENSE'), join(stage, 'LICENSE'));
    const manifest = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8'), (key, value) =>
      key === '@serval/source' ? undefined : value,
    );
    await writeFile(join(stage, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
    await mkdir(folder, { recursive: true });
    const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
      cwd: stage,
    });
    const [packed] = JSON.parse(stdout) as { filename: string }[];
    return join(folder, packed!.filename);
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
}
