import type { Pipeline } from '@serval/api';
import { CliError } from '../../command/cli-error.ts';
import {
  type Command,
  type CommandContext,
  type Connection,
  jsonOption,
  listOption,
  textOption,
} from '../../command/command.ts';
import { applyMigration } from '../../credential-migration/apply-migration.ts';
import { observeMigration } from '../../credential-migration/observe.ts';
import { hasChanges, planMigration } from '../../credential-migration/plan-migration.ts';
import { migrationJson, printMigration } from '../../credential-migration/print-migration.ts';
import { namedPipeline } from '../../pipeline/named-pipeline.ts';

export const migrateCredentialsCommand: Command = {
  name: 'migrate',
  summary: 'propose credentials of pipelines and the platform from the pull secrets that namespaces use today',
  details: [
    'Shows for each image which key pulls it now and which would then, and changes nothing without --apply. Nobody gets a credential that they',
    'have not got today: what all stages of a pipeline use is the pipeline’s, what some use is theirs, and what every namespace uses is the',
    'platform’s (with -A alone, as all must have been looked at). Secrets of one content become one. No value is shown.',
    'What people wrote into services and ServiceAccounts stays, and is listed for them to take out.',
    'Exit code 0: done, or nothing to do; 1: something needs you.',
    '',
    'Examples:',
    '  serval credentials migrate --pipeline team-a/fraud',
    '  serval credentials migrate -A --apply',
  ].join('\n'),
  options: [
    { flags: '-n, --namespace <name>', help: 'look at this namespace; several times', many: true },
    { flags: '-A, --all-namespaces', help: 'look at every namespace' },
    { flags: '--pipeline <namespace/name>', help: 'entries for this pipeline alone; its stages are looked at' },
    { flags: '--apply', help: 'do it' },
    jsonOption,
  ],
  async run(context) {
    const { options, out, signal } = context;
    const connection = await context.connect();
    const { client } = connection;
    const wanted = textOption(options, 'pipeline');
    const only = wanted === undefined ? undefined : await namedPipeline(client, connection.namespace, wanted, signal);
    const namespaces = namespacesOf(context, connection, only);
    const plan = planMigration(await observeMigration({ client, namespaces, only, signal }));
    const needsYou = plan.blocked.length + plan.conflicts.length > 0;
    const isApplied = options['apply'] === true && hasChanges(plan) && plan.blocked.length === 0;
    if (options['json'] === true) out.json({ ...migrationJson(plan), applied: isApplied });
    else printMigration(out, plan);
    if (isApplied) {
      await applyMigration(plan, { client, signal, told: (line) => out.note(line) });
    } else if (!hasChanges(plan)) out.note('nothing to do');
    else if (options['apply'] === true) out.note('nothing was written: an image would lose what it is pulled with');
    else
      out.note(`${plan.secrets.length} Secrets and ${plan.entries.length} entries would be written; --apply does it`);
    return needsYou ? 1 : 0;
  },
};

function namespacesOf(
  { options }: CommandContext,
  { namespace }: Connection,
  only: Pipeline | undefined,
): readonly string[] | undefined {
  const named = listOption(options, 'namespace');
  const all = options['allNamespaces'] === true;
  if (all && named.length > 0) throw new CliError('BadUsage', 'a namespace cannot be named together with -A');
  if (all) return undefined;
  if (named.length > 0) return [...new Set(named)];
  return only ? only.spec.stages.map((stage) => stage.namespace) : [namespace];
}
