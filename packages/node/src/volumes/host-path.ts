import type { Stats } from 'node:fs';
import { mkdir, open, stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { errnoOf, NodeError } from '../errors.ts';

/** Checks of `hostPath.type` (kubelet's hostPathTypeChecker); the empty type checks nothing. */
const checks: Record<string, { expected: string; holds(stats: Stats): boolean }> = {
  Directory: { expected: 'a directory', holds: (stats) => stats.isDirectory() },
  DirectoryOrCreate: { expected: 'a directory', holds: (stats) => stats.isDirectory() },
  File: { expected: 'a file', holds: (stats) => stats.isFile() },
  FileOrCreate: { expected: 'a file', holds: (stats) => stats.isFile() },
  Socket: { expected: 'a socket file', holds: (stats) => stats.isSocket() },
  CharDevice: { expected: 'a character device', holds: (stats) => stats.isCharacterDevice() },
  BlockDevice: { expected: 'a block device', holds: (stats) => stats.isBlockDevice() },
};

/**
 * The path itself, after the check that its type asks for.
 * @throws NodeError `FailedMount`
 */
export async function prepareHostPath({ path, type = '' }: { path: string; type?: string }): Promise<string> {
  if (!isAbsolute(path) || path.split('/').includes('..')) {
    throw failed(`hostPath "${path}" must be an absolute path without ".."`);
  }
  if (type === '') return path;
  const check = checks[type];
  if (!check) throw failed(`hostPath type "${type}" is unknown; known are ${Object.keys(checks).join(', ')}`);
  if (type === 'DirectoryOrCreate') await mkdir(path, { recursive: true, mode: 0o755 }).catch(ignoreExisting);
  if (type === 'FileOrCreate') await (await open(path, 'a', 0o644).catch(ignoreExisting))?.close();
  const stats = await stat(path).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw failed(`hostPath "${path}": ${errnoOf(error) ?? 'cannot be read'}`);
  });
  if (!stats || !check.holds(stats)) throw failed(`hostPath type check failed: ${path} is not ${check.expected}`);
  return path;
}

/** The check that follows tells what stands there instead. */
function ignoreExisting(error: unknown): undefined {
  if (['EEXIST', 'EISDIR', 'ENOTDIR'].includes(errnoOf(error) ?? '')) return undefined;
  throw failed(error instanceof Error ? error.message : String(error));
}

function failed(message: string): NodeError {
  return new NodeError('FailedMount', message);
}
