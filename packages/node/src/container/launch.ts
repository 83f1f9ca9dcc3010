import { constants } from 'node:fs';
import { access, mkdir, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { Container, Pod } from '@serval/kube/objects';
import { errnoOf, NodeError } from '../errors.ts';
import type { ImageCommand } from '../images/catalogue.ts';
import { type ConfigSource, containerEnvironment } from './environment.ts';
import { expandVariables } from './expand.ts';
import type { PodFacts } from './field-path.ts';
import { normaliseMountPath, resolveMounts } from './mounts.ts';
import { createPathSubstitution, mapPath, type PathMapping } from './substitute.ts';

/** Everything that is needed to start a container's process. */
export interface Launch {
  command: string[];
  env: Record<string, string>;
  workingDirectory: string;
  /** Words of a probe's or hook's command as the container would see them: variables and mount paths replaced. */
  inContainer(words: readonly string[]): string[];
  /** What a program says, with the paths that its spec knows in place of the real ones. */
  asSpecified(text: string): string;
}

export interface LaunchInput {
  pod: Pod;
  container: Container;
  image: ImageCommand;
  facts: PodFacts;
  source: ConfigSource;
  /** Real path by volume name. */
  volumes: ReadonlyMap<string, string>;
  /** The container's own directory; home and default working directory. */
  rootDirectory: string;
  terminationLog: string;
  /** Directories for programs. */
  path: string;
  /** `SERVAL_*`, proxies: what the node tells every container. */
  nodeEnv: Readonly<Record<string, string>>;
}

/**
 * From a container's spec to words, environment and directory. Nothing of the platform's own environment comes in.
 * Precedence: the Pod's env, then the image's, then the node's, then the bare minimum.
 * @throws NodeError `CreateContainerConfigError`, `CreateContainerError` or `StartError`
 */
export async function prepareLaunch(input: LaunchInput): Promise<Launch> {
  const { pod, container, image, rootDirectory } = input;
  const temporary = join(rootDirectory, 'tmp');
  await mkdir(temporary, { recursive: true, mode: 0o700 });
  const given: Record<string, string> = {
    PATH: input.path,
    HOME: rootDirectory,
    TMPDIR: temporary,
    LANG: 'C.UTF-8',
    HOSTNAME: pod.spec.hostname || (pod.metadata.name ?? ''),
    ...input.nodeEnv,
    ...image.env,
  };
  const written = await containerEnvironment(pod, container, input.facts, input.source, given);
  const mappings = await resolveMounts(container.volumeMounts ?? [], input.volumes, written);
  const termination = normaliseMountPath(container.terminationMessagePath || '/dev/termination-log');
  const all = [...mappings, { containerPath: termination, realPath: input.terminationLog }];
  const substitute = createPathSubstitution(all);

  const variables = { ...given, ...written };
  const env: Record<string, string> = { ...given };
  for (const [name, value] of Object.entries(written)) env[name] = substitute(value);
  const words = (list: readonly string[] | undefined): string[] =>
    (list ?? []).map((word) => substitute(expandVariables(word, variables)));
  const command = [...(container.command?.length ? words(container.command) : image.command), ...words(container.args)];
  refuseNullBytes(command, env);
  const workingDirectory = await workingDirectoryOf(container, all, rootDirectory);
  await requireProgram(command[0], env.PATH ?? input.path, workingDirectory);
  const asSpecified = createPathSubstitution(
    all.map(({ containerPath, realPath }) => ({ containerPath: realPath, realPath: containerPath })),
  );
  return { command, env, workingDirectory, inContainer: words, asSpecified };
}

/** The system can pass on none; what says so by itself would print the value, which may be a secret. */
function refuseNullBytes(command: readonly string[], env: Readonly<Record<string, string>>): void {
  const name = Object.keys(env).find((key) => env[key]?.includes('\0'));
  const what = name ? `environment variable ${name}` : command.some((word) => word.includes('\0')) && 'the command';
  if (what) throw new NodeError('CreateContainerConfigError', `${what} contains a null byte`);
}

async function workingDirectoryOf(
  { workingDir }: Container,
  mappings: readonly PathMapping[],
  rootDirectory: string,
): Promise<string> {
  if (!workingDir) return rootDirectory;
  if (workingDir.split('/').includes('..')) {
    throw new NodeError('CreateContainerConfigError', `workingDir "${workingDir}" must not contain ".."`);
  }
  const path = mapPath(workingDir.replace(/(?<=.)\/+$/, ''), mappings) ?? join(rootDirectory, workingDir);
  await mkdir(path, { recursive: true });
  return path;
}

/** The runtime's own check, so that a program that is not there is told apart from one that fails. */
async function requireProgram(program: string | undefined, path: string, directory: string): Promise<void> {
  if (!program) throw new NodeError('CreateContainerError', 'no command specified');
  const candidates = program.includes('/')
    ? [program.startsWith('/') ? program : join(directory, program)]
    : path.split(delimiter).map((entry) => join(entry || '.', program));
  for (const candidate of candidates) {
    try {
      await access(candidate, constants.X_OK);
      if ((await stat(candidate)).isFile()) return;
    } catch (error) {
      if (program.includes('/') && errnoOf(error) === 'EACCES') {
        throw new NodeError('StartError', `exec: "${program}": permission denied`);
      }
    }
  }
  throw new NodeError(
    'StartError',
    program.includes('/')
      ? `exec: "${program}": stat ${program}: no such file or directory`
      : `exec: "${program}": executable file not found in $PATH`,
  );
}
