import { join, resolve } from 'node:path';
import { isStatusError } from '@serval/kube/objects';
import { Command as Commander, CommanderError, Option } from 'commander';
import { readRunRecord } from '../platform/data-directory.ts';
import { CliError, describeError } from './cli-error.ts';
import type { Command, CommandContext, CommandGroup, OptionSpec, OptionValues } from './command.ts';
import { textOption } from './command.ts';
import { chooseKubeconfig, connectTo } from './connect.ts';
import type { Output } from './output.ts';

const commonOptions: readonly OptionSpec[] = [
  {
    flags: '--data-dir <folder>',
    help: 'where the platform keeps everything (default: ~/.serval, or SERVAL_DATA_DIR)',
  },
  { flags: '--kubeconfig <file>', help: 'the API server to use (default: KUBECONFIG, then the data directory’s)' },
  { flags: '--context <name>', help: 'context of the kubeconfig' },
];

export interface Surroundings {
  out: Output;
  signal: AbortSignal;
  env: Readonly<Record<string, string | undefined>>;
  homeDirectory: string;
  workingDirectory: string;
  stdin: AsyncIterable<Uint8Array>;
  version: string;
}

/** Parses the arguments, runs the command, and answers the exit code; prints every error once. */
export async function runProgram(
  commands: readonly (Command | CommandGroup)[],
  argv: string[],
  around: Surroundings,
): Promise<number> {
  let exitCode = 0;
  const program = new Commander('serval')
    .description('Serve machine-learning models from one YAML file, on Kubernetes or on one machine.')
    .version(around.version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => around.out.print(text.trimEnd()),
      writeErr: (text) => around.out.note(text.trimEnd()),
    });
  const add = (parent: Commander, command: Command): void => {
    const sub = parent
      .command(command.name, { hidden: command.hidden === true, isDefault: command.isDefault === true })
      .description(command.summary);
    if (command.details) sub.addHelpText('after', `\n${command.details}`);
    for (const option of [...command.options, ...commonOptions]) sub.addOption(commanderOption(option));
    sub.action(async (...received: unknown[]) => {
      const options = sub.opts() as OptionValues;
      const args = received.slice(0, -2).flatMap((value) => (Array.isArray(value) ? value : [value])) as string[];
      exitCode = await command.run(
        contextOf(
          around,
          options,
          args.filter((value) => value !== undefined),
        ),
      );
    });
  };
  const addAll = (parent: Commander, members: readonly (Command | CommandGroup)[]): void => {
    for (const member of members) {
      if ('run' in member) add(parent, member);
      else {
        const group = parent.command(member.name).description(member.summary);
        if (member.details) group.addHelpText('after', `\n${member.details}`);
        addAll(group, member.commands);
      }
    }
  };
  addAll(program, commands);
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    if (around.signal.aborted) return 130;
    around.out.note(`serval: ${describeError(error)}`);
    return error instanceof CliError && error.code === 'BadUsage' ? 2 : isStatusError(error) ? 1 : 1;
  }
}

function commanderOption(spec: OptionSpec): Option {
  const option = new Option(spec.flags, spec.help);
  if (spec.default !== undefined) option.default(spec.default);
  if (spec.choices) option.choices([...spec.choices]);
  if (spec.required) option.makeOptionMandatory();
  if (spec.many) option.argParser((value: string, earlier: string[] | undefined) => [...(earlier ?? []), value]);
  return option;
}

function contextOf(around: Surroundings, options: OptionValues, args: string[]): CommandContext {
  const given = textOption(options, 'dataDir') ?? around.env['SERVAL_DATA_DIR'];
  const dataDir = resolve(around.workingDirectory, given ?? join(around.homeDirectory, '.serval'));
  return {
    args,
    options,
    out: around.out,
    signal: around.signal,
    env: around.env,
    dataDir,
    stdin: around.stdin,
    connect: async () => {
      const { path, context } = chooseKubeconfig({
        kubeconfig: textOption(options, 'kubeconfig'),
        dataDirGiven: given !== undefined,
        dataDir,
        running: await readRunRecord(dataDir),
        env: around.env,
        homeDirectory: around.homeDirectory,
      });
      const namespace = textOption(options, 'namespace');
      return connectTo(path, { context: textOption(options, 'context') ?? context, namespace });
    },
  };
}
