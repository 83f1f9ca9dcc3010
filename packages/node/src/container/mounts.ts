import { mkdir, realpath, stat } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import type { VolumeMount } from '@serval/kube/objects';
import { errnoOf, messageOf, NodeError } from '../errors.ts';
import { expandVariables } from './expand.ts';
import type { PathMapping } from './substitute.ts';

/** A mount path in the form that mappings use: absolute, no trailing slash, no `..`. */
export function normaliseMountPath(mountPath: string): string {
  if (!mountPath.startsWith('/') || mountPath.split('/').includes('..')) {
    throw invalid(`mountPath "${mountPath}" must be absolute and without ".."`);
  }
  const path = posix.normalize(mountPath).replace(/\/+$/, '');
  if (path === '') throw invalid('mountPath "/" cannot be mounted: a container here shares the file system');
  return path;
}

/** `subPath` or the expanded `subPathExpr`; empty for the whole volume. Throws where it would leave the volume. */
export function subPathOf(mount: VolumeMount, env: Readonly<Record<string, string>>): string {
  const { subPath = '', subPathExpr } = mount;
  const path = subPathExpr ? expandVariables(subPathExpr, env) : subPath;
  const field = subPathExpr ? 'subPathExpr' : 'subPath';
  if (subPathExpr && /\$\([^)]*\)/.test(path)) {
    throw invalid(`volumeMount "${mount.name}": ${field} "${subPathExpr}" names a variable that is not set`);
  }
  if (path.startsWith('/'))
    throw invalid(`volumeMount "${mount.name}": ${field} "${subPathExpr || subPath}" must not be an absolute path`);
  if (path.split('/').includes('..'))
    throw invalid(`volumeMount "${mount.name}": ${field} "${subPathExpr || subPath}" must not contain ".."`);
  return path;
}

/**
 * Where each mount of a container really is. A `subPath` that is not there becomes a directory, as in Kubernetes;
 * one that leads out of its volume through a symbolic link is an error.
 * @param volumes  real path by volume name
 * @throws NodeError `CreateContainerConfigError`
 */
export async function resolveMounts(
  mounts: readonly VolumeMount[],
  volumes: ReadonlyMap<string, string>,
  env: Readonly<Record<string, string>>,
): Promise<PathMapping[]> {
  const seen = new Set<string>();
  const mappings: PathMapping[] = [];
  for (const mount of mounts) {
    const volume = volumes.get(mount.name);
    if (volume === undefined) throw invalid(`volumeMount "${mount.name}": the Pod has no volume of that name`);
    const containerPath = normaliseMountPath(mount.mountPath);
    if (seen.has(containerPath)) throw invalid(`mountPath "${mount.mountPath}" must be unique`);
    seen.add(containerPath);
    const subPath = subPathOf(mount, env);
    mappings.push({ containerPath, realPath: subPath === '' ? volume : await inside(volume, subPath, mount) });
  }
  return mappings;
}

/** Errors show what is written, not what it comes to: a variable may hold a secret. */
async function inside(volume: string, subPath: string, mount: VolumeMount): Promise<string> {
  const path = join(volume, subPath);
  const root = await realpath(volume);
  let existing = path;
  while (!(await exists(existing))) existing = dirname(existing);
  const real = await realpath(existing);
  if (real !== root && !real.startsWith(`${root}/`)) {
    throw invalid(
      `volumeMount "${mount.name}": subPath "${mount.subPathExpr || mount.subPath}" leads out of its volume`,
    );
  }
  if (existing !== path) {
    await mkdir(path, { recursive: true }).catch((error: unknown) => {
      const what = `subPath "${mount.subPathExpr || mount.subPath}"`;
      throw invalid(`volumeMount "${mount.name}": ${what} cannot be made: ${errnoOf(error) ?? messageOf(error)}`);
    });
  }
  return path;
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
}

function invalid(message: string): NodeError {
  return new NodeError('CreateContainerConfigError', message);
}
