import { CliError } from '../../command/cli-error.ts';
import {
  type CommandContext,
  listOption,
  type OptionSpec,
  type OptionValues,
  textOption,
} from '../../command/command.ts';
import { manifestSources } from '../../manifests/sources.ts';
import { readSecretFile, type SecretFile } from '../../storage-config/secret-file.ts';

export const namespaceOptions: readonly OptionSpec[] = [
  { flags: '-n, --namespace <name>', help: 'namespace of the Secrets (default: that of the kubeconfig)' },
  { flags: '-A, --all-namespaces', help: 'of every namespace' },
];

export const filesOption: OptionSpec = {
  flags: '-f, --filename <file>',
  help: 'manifests with Secrets and ConfigMaps instead of a cluster: file, folder, or -; may be given several times',
  many: true,
};

export const secretOption: OptionSpec = {
  flags: '--secret <name>',
  help: 'name of the Secrets; those with the label serving.kserve.io/storage-config=true are taken too',
  default: 'storage-config',
};

export function secretNameOf(options: OptionValues): string {
  return textOption(options, 'secret') ?? 'storage-config';
}

/** Throws `CliError` BadUsage for namespaces of a cluster together with files. */
export function filesOf(options: OptionValues): string[] {
  const files = listOption(options, 'filename');
  if (files.length > 0 && options['allNamespaces'] === true) {
    throw new CliError('BadUsage', '-A is for clusters, and -f for files', { hint: 'give one of them' });
  }
  if (options['allNamespaces'] === true && textOption(options, 'namespace') !== undefined) {
    throw new CliError('BadUsage', 'a namespace cannot be named together with -A');
  }
  return files;
}

/** Every file, whole, so that one that cannot be read stops everything before anything is written. */
export async function readFiles(
  names: readonly string[],
  { options, stdin, signal }: Pick<CommandContext, 'options' | 'stdin' | 'signal'>,
): Promise<SecretFile[]> {
  const sources = await manifestSources(names, { stdin, signal });
  const files: SecretFile[] = [];
  for (const { where, read } of sources) {
    const text = Buffer.from(await read()).toString('utf8');
    files.push(readSecretFile(where, text, secretNameOf(options), textOption(options, 'namespace') ?? ''));
  }
  return files;
}

/** ConfigMaps of any of the files. */
export function readConfigMapOf(files: readonly SecretFile[], namespace: string) {
  return async (name: string) => {
    const found = files.find(({ configMaps }) => configMaps.has(`${namespace}/${name}`));
    return found && { bundle: found.configMaps.get(`${namespace}/${name}`) };
  };
}
