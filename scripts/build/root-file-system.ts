import { execFile } from 'node:child_process';
import { chmod, copyFile, lstat, mkdir, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { repository } from './bundle.ts';

const run = promisify(execFile);

/** Any user that is not root; the number that distroless images give theirs. */
const USER_ID = 65532;

export interface Part {
  what: string;
  bytes: number;
}

export interface Program {
  readonly name: string;
  /** Folders that it finds empty. */
  readonly folders: readonly string[];
  /** Builds it into `/opt`. */
  bundle(folder: string): Promise<unknown>;
}

/**
 * Everything that the image of a program holds, and nothing else: Node.js, the C libraries that it is linked with, the bundle,
 * a user. Its `Dockerfile` copies this tree into an empty image. Linux only.
 */
export async function layRootFileSystem(program: Program, root: string): Promise<Part[]> {
  await rm(root, { recursive: true, force: true });
  // Node.js looks for the system's certificates, and says so where there is no folder of them.
  for (const folder of ['bin', 'etc/ssl/certs', 'opt', ...program.folders])
    await mkdir(join(root, folder), { recursive: true });
  await mkdir(join(root, 'tmp'));
  await chmod(join(root, 'tmp'), 0o1777);

  const node = await realpath(process.execPath);
  await copyFile(node, join(root, 'bin', 'node'));
  await chmod(join(root, 'bin', 'node'), 0o755);
  for (const library of await librariesOf(node)) {
    await mkdir(dirname(join(root, library)), { recursive: true });
    await copyFile(library, join(root, library));
  }
  await program.bundle(join(root, 'opt'));
  await writeFile(join(root, 'etc', 'passwd'), `nonroot:x:${USER_ID}:${USER_ID}:nonroot:/tmp:/bin/false\n`);
  await writeFile(join(root, 'etc', 'group'), `nonroot:x:${USER_ID}:\n`);
  await writeFile(join(root, 'etc', 'nsswitch.conf'), 'hosts: files dns\n');
  await copyFile(join(repository, 'LICENSE'), join(root, 'opt', 'LICENSE'));
  const parts = new Map<string, number>();
  for await (const [path, bytes] of filesBelow(root)) {
    const what = path.startsWith('bin/')
      ? 'Node.js'
      : path.startsWith('lib')
        ? 'C and C++ libraries'
        : path.endsWith('.mjs')
          ? `${program.name} (bundle)`
          : 'user, names, licence';
    parts.set(what, (parts.get(what) ?? 0) + bytes);
  }
  return [...parts].map(([what, bytes]) => ({ what, bytes })).sort((a, b) => b.bytes - a.bytes);
}

/** Absolute paths, the loader among them, as the dynamic linker resolves them here. */
async function librariesOf(binary: string): Promise<string[]> {
  const { stdout } = await run('ldd', [binary]);
  return [...stdout.matchAll(/(?:=> |^\s*)(\/\S+) \(/gm)].map((match) => match[1]!);
}

async function* filesBelow(root: string, below = ''): AsyncGenerator<[string, number]> {
  for (const entry of await readdir(join(root, below), { withFileTypes: true })) {
    const path = below ? `${below}/${entry.name}` : entry.name;
    if (entry.isDirectory()) yield* filesBelow(root, path);
    else yield [path, (await lstat(join(root, path))).size];
  }
}
