import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { repository } from '../build/bundle.ts';
import { bundleStorage } from './bundle.ts';

const run = promisify(execFile);

/** What Node.js looks for in its own binary (documentation of single executable applications). */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

/** Node.js with the bundle and its compiled code inside: one file to run, on the platform that it is built on. */
export async function buildExecutable(outfile: string): Promise<{ bytes: number }> {
  const work = await mkdtemp(join(tmpdir(), 'serval-storage-executable-'));
  try {
    const main = join(work, 'main.cjs');
    const output = join(work, 'blob');
    await bundleStorage(main, 'script');
    const config = { main, output, disableExperimentalSEAWarning: true, useCodeCache: true };
    await writeFile(join(work, 'config.json'), JSON.stringify(config));
    await run(process.execPath, ['--experimental-sea-config', join(work, 'config.json')]);
    await rm(outfile, { force: true });
    await copyFile(process.execPath, outfile);
    await chmod(outfile, 0o755);
    const postject = join(repository, 'node_modules', 'postject', 'dist', 'cli.js');
    const segment = process.platform === 'darwin' ? ['--macho-segment-name', 'NODE_SEA'] : [];
    await run(process.execPath, [postject, outfile, 'NODE_SEA_BLOB', output, '--sentinel-fuse', FUSE, ...segment]);
    return { bytes: (await stat(outfile)).size };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
