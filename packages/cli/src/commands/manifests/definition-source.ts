import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { FileSet } from '@serval/manifests';
import { CliError } from '../../command/cli-error.ts';

const run = promisify(execFile);
const folder = 'deploy/crds';

/**
 * The files named by `source`: a file, a folder (of `deploy/`, only its definitions), or a git ref, which means `deploy/crds` at that ref of
 * the repository of `directory`. What exists as a file or folder is never taken for a ref. Throws `CliError`.
 */
export async function readDefinitionSource(source: string, directory: string, signal: AbortSignal): Promise<FileSet> {
  const path = resolve(directory, source);
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile()) return new Map([[basename(path), await readFile(path, { encoding: 'utf8', signal })]]);
  if (!found) return readRef(source, directory, signal);
  const { readFolder } = await import('@serval/manifests');
  const crds = await stat(resolve(path, 'crds')).catch(() => undefined);
  return readFolder(crds?.isDirectory() ? resolve(path, 'crds') : path, signal);
}

async function readRef(ref: string, directory: string, signal: AbortSignal): Promise<FileSet> {
  const git = async (cwd: string, ...args: string[]) =>
    (await run('git', args, { cwd, signal, maxBuffer: 256 * 1024 * 1024 })).stdout;
  const wrong = (message: string) => new CliError('BadUsage', `${ref} is no file and no folder, and ${message}`);
  const root = await git(directory, 'rev-parse', '--show-toplevel').catch((error: NodeJS.ErrnoException) => {
    signal.throwIfAborted();
    throw wrong(error.code === 'ENOENT' ? 'git is not installed' : `${directory} is in no git repository`);
  });
  const top = root.trim();
  const commit = await git(top, 'rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`).catch(() => {
    signal.throwIfAborted();
    throw wrong(`the repository ${top} has no such ref`);
  });
  const id = commit.trim().split('\n').at(-1) ?? '';
  const names = (await git(top, 'ls-tree', '-r', '-z', '--name-only', id, '--', folder)).split('\0').filter(Boolean);
  if (names.length === 0) throw wrong(`there is no ${folder} at that ref of ${top}`);
  const files = new Map<string, string>();
  for (const name of names) files.set(name.slice(folder.length + 1), await git(top, 'show', `${id}:${name}`));
  return files;
}
