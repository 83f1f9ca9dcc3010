import type { Client } from '@serval/kube/client';
import type { Output } from './output.ts';

export interface OptionSpec {
  /** Commander's flags: `-n, --namespace <name>`. */
  flags: string;
  help: string;
  default?: string | boolean;
  /** The option may be given several times; its value is a list. */
  many?: boolean;
  choices?: readonly string[];
  required?: boolean;
}

export type OptionValues = Record<string, string | boolean | string[] | undefined>;

/** How to reach an API server, and what was found on the way. */
export interface Connection {
  client: Client;
  /** The namespace of `-n`, else of the kubeconfig's context, else `default`. */
  namespace: string;
  kubeconfigPath: string;
}

export interface CommandContext {
  args: string[];
  options: OptionValues;
  out: Output;
  /** Aborted by Ctrl-C and SIGTERM. */
  signal: AbortSignal;
  env: Readonly<Record<string, string | undefined>>;
  /** Opens no socket by itself. Throws `CliError` when no kubeconfig can be found or read. */
  connect(): Promise<Connection>;
  /** `--data-dir`, else `SERVAL_DATA_DIR`, else `~/.serval`; absolute. */
  dataDir: string;
  stdin: AsyncIterable<Uint8Array>;
}

/** Options in, text out, no process inside: `run` answers the exit code. */
export interface Command {
  /** Commander's form: `get <kind> [names...]`. */
  name: string;
  summary: string;
  /** Longer help, with examples. */
  details?: string;
  options: readonly OptionSpec[];
  /** Not listed in the help. */
  hidden?: boolean;
  /** Of a group: what is meant where none of its commands is named. */
  isDefault?: boolean;
  run(context: CommandContext): Promise<number>;
}

/** Commands under a common word: `serval manifests generate`. */
export interface CommandGroup {
  name: string;
  summary: string;
  details?: string;
  commands: readonly (Command | CommandGroup)[];
}

export const namespaceOption: OptionSpec = { flags: '-n, --namespace <name>', help: 'namespace of the object' };
export const jsonOption: OptionSpec = { flags: '--json', help: 'print JSON' };
export const filenameOption: OptionSpec = {
  flags: '-f, --filename <file>',
  help: 'file, folder, URL, or - for standard input; may be given several times',
  many: true,
  required: true,
};

/** `--name` as text; undefined when absent. */
export function textOption(options: OptionValues, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

export function listOption(options: OptionValues, name: string): string[] {
  const value = options[name];
  return Array.isArray(value) ? value : typeof value === 'string' ? [value] : [];
}
