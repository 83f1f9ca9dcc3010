import { runChecks } from '@serval/operator/checks';
import { defaultNamespace } from '@serval/operator/declarations';
import { CliError } from '../command/cli-error.ts';
import { type Command, type CommandContext, jsonOption, textOption } from '../command/command.ts';
import { applyFixes } from '../doctor/apply-fixes.ts';
import { writeBundle } from '../doctor/bundle.ts';
import { readSnapshot, type SnapshotOptions } from '../doctor/read-snapshot.ts';
import { fails, findingLines, summaryLine } from '../doctor/report.ts';
import { requestJson } from '../resources/read-body.ts';

export const doctorCommand: Command = {
  name: 'doctor [name]',
  summary: 'find out why services are not served, and how to mend it',
  details: [
    'Looks from the definitions over the gateway, routes and runtimes to the Pods, and sends one request through the Gateway for each',
    'service. Names root causes, in the order in which to mend them; their symptoms are hidden (--json has them). Writes nothing',
    'without --fix, and reads no Secret but those with storage entries, whose values it never shows; --bundle reads others too, to take their',
    'values out of the archive.',
    'Exit code 0: nothing is wrong; 1: something is; 2: it could not be asked so. See docs/doctor.md for every finding.',
    '',
    'Examples:',
    '  serval doctor',
    '  serval doctor -n models iris --json',
    '  serval doctor --fix',
    '  serval doctor --bundle serval-doctor.tar.gz',
  ].join('\n'),
  options: [
    { flags: '-n, --namespace <name>', help: 'look at the services of one namespace (default: of all)' },
    jsonOption,
    { flags: '--fix', help: 'do what is safe, after showing it and asking' },
    { flags: '--yes', help: 'with --fix: do not ask' },
    {
      flags: '--fail-on <what>',
      help: 'exit 1 from here on; unchecked: also where something could not be looked at',
      choices: ['error', 'warning', 'unchecked'],
      default: 'error',
    },
    { flags: '--no-probe', help: 'send no request through the Gateway' },
    { flags: '--bundle <file>', help: 'write objects, events, logs, versions and findings, redacted, as tar.gz' },
    {
      flags: '--system-namespace <name>',
      help: 'where the operator is installed',
      default: defaultNamespace,
    },
  ],
  async run(context) {
    const { options, out, signal, stdin } = context;
    if (options['yes'] === true && options['fix'] !== true) throw new CliError('BadUsage', '--yes is for --fix');
    if (options['fix'] === true && options['json'] === true) {
      throw new CliError('BadUsage', '--fix and --json do not go together', { hint: 'run one after the other' });
    }
    const { client, where } = await whereToLook(context);
    // Where no API server answers, nothing else is worth telling.
    const version = await requestJson(client, { method: 'GET', path: '/version', signal });
    const kubernetes = gitVersionOf(version);
    const snapshot = await readSnapshot({ ...where, ...(kubernetes === undefined ? {} : { kubernetes }) });
    const diagnosis = runChecks(snapshot);
    if (options['json'] === true) out.json({ takenAt: snapshot.takenAt, ...diagnosis });
    else {
      for (const finding of diagnosis.findings) out.print(`${findingLines(finding).join('\n')}\n`);
      out.print(summaryLine(diagnosis));
    }
    const file = textOption(options, 'bundle');
    if (file !== undefined) {
      const entries = await writeBundle(file, { client, snapshot, diagnosis, version, signal });
      out.note(`${entries} files written to ${file}`);
    }
    if (options['fix'] === true && diagnosis.findings.length > 0) {
      const done = await applyFixes({
        client,
        findings: diagnosis.findings,
        yes: options['yes'] === true,
        out,
        stdin,
        signal,
      });
      if (done > 0) out.note('give the controllers a moment, and run serval doctor again');
    }
    return fails(diagnosis, textOption(options, 'failOn') ?? 'error') ? 1 : 0;
  },
};

function gitVersionOf(version: unknown): string | undefined {
  const { gitVersion } = (version ?? {}) as { gitVersion?: unknown };
  return typeof gitVersion === 'string' ? gitVersion : undefined;
}

async function whereToLook(
  context: CommandContext,
): Promise<{ client: SnapshotOptions['client']; where: SnapshotOptions }> {
  const { args, options, signal, connect } = context;
  const { client, namespace } = await connect();
  const [name] = args;
  const given = textOption(options, 'namespace');
  // A name is of a namespace; without one, all are looked at.
  const scope = name === undefined ? (given === undefined ? {} : { namespace: given }) : { namespace, name };
  return {
    client,
    where: {
      client,
      systemNamespace: textOption(options, 'systemNamespace') ?? defaultNamespace,
      scope,
      probes: options['probe'] !== false,
      signal,
    },
  };
}
