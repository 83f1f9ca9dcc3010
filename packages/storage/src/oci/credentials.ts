import { readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { StorageError } from '../errors.ts';
import { matchRegistryEntries, parseDockerConfig, type RegistryEntry } from '../registry-credentials/index.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Secrets are 1 MiB at most. */
const MAX_CONFIG_BYTES = 4 * 1024 * 1024;

export interface RegistryCredentials {
  /** All that match, in the order to try them. */
  matching: RegistryEntry[];
  /** Files that were read. */
  files: string[];
  /** A file that leaves this registry to a credential helper, which is not run. */
  helperFile: string | undefined;
}

/**
 * What the docker configs of the environment hold for an image, all files taken together as the kubelet does.
 * @throws StorageError InvalidConfiguration, AccessDenied when a file cannot be read
 */
export async function readRegistryCredentials(
  environment: Environment,
  registry: string,
  repository: string,
): Promise<RegistryCredentials> {
  const entries: RegistryEntry[] = [];
  const files: string[] = [];
  let helperFile: string | undefined;
  for (const { path, variable } of configFiles(environment)) {
    const text = await readConfig(path, variable);
    if (text === undefined) continue;
    const format = basename(path) === '.dockercfg' ? 'dockercfg' : 'dockerconfigjson';
    const config = parseDockerConfig(text, format, path);
    const problem = config.problems.find(({ effect }) => effect === 'refused');
    if (problem) {
      const where = problem.key === undefined ? path : `entry "${problem.key}" of ${path}`;
      throw new StorageError('InvalidConfiguration', `${where} ${problem.message}`, {
        hint: 'expected a docker config: {"auths": {"HOST": {"auth": "base64 of USER:PASSWORD"}}}',
        details: { path, key: problem.key },
      });
    }
    files.push(path);
    entries.push(...config.entries);
    if (config.helpers.includes('*') || config.helpers.includes(registry)) helperFile ??= path;
  }
  return { matching: matchRegistryEntries(entries, `${registry}/${repository}`), files, helperFile };
}

/** Files in order; a `variable` names the file itself, so it must be there. */
function configFiles(environment: Environment): { path: string; variable?: string }[] {
  const files: { path: string; variable?: string }[] = [];
  for (const path of (environment['SERVAL_REGISTRY_CONFIGS'] ?? '').split(':')) {
    if (path) files.push({ path, variable: 'SERVAL_REGISTRY_CONFIGS' });
  }
  const authFile = environment['REGISTRY_AUTH_FILE'];
  if (authFile) files.push({ path: authFile, variable: 'REGISTRY_AUTH_FILE' });
  const home = environment['HOME'];
  const folder = environment['DOCKER_CONFIG'] || (home && join(home, '.docker'));
  if (folder) files.push({ path: join(folder, 'config.json') });
  return files;
}

async function readConfig(path: string, variable: string | undefined): Promise<string | undefined> {
  try {
    const { size } = await stat(path);
    if (size <= MAX_CONFIG_BYTES) return await readFile(path, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (!variable && (code === 'ENOENT' || code === 'ENOTDIR')) return undefined;
    const named = variable ? `${variable} names ${path}, which` : `docker config ${path}`;
    throw new StorageError('InvalidConfiguration', `${named} cannot be read (${code})`, { cause, details: { path } });
  }
  throw new StorageError('InvalidConfiguration', `docker config ${path} is over ${MAX_CONFIG_BYTES} bytes`);
}
