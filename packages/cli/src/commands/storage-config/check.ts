import { type Command, jsonOption, textOption } from '../../command/command.ts';
import { allProblems, checkColumns, checkRows, problemLines } from '../../storage-config/check-report.ts';
import { type CheckedSecret, checkSecret } from '../../storage-config/check-secret.ts';
import { listStorageSecrets, readConfigMap } from '../../storage-config/live-secrets.ts';
import { decodeSecret } from '../../storage-config/storage-secret.ts';
import {
  filesOf,
  filesOption,
  namespaceOptions,
  readConfigMapOf,
  readFiles,
  secretNameOf,
  secretOption,
} from './options.ts';

export const checkCommand: Command = {
  name: 'check',
  summary: 'look over storage entries and their certificates',
  details: [
    'Reads the Secrets storage-config and the ConfigMaps that they name, of a cluster or of files, and shows no secret value.',
    'Exit code 0: nothing is wrong; 1: something is; 2: it could not be asked so. Warnings count with --fail-on warning.',
    'What check finds, migrate can often mend.',
    '',
    'Examples:',
    '  serval storage-config check -A',
    '  serval storage-config check -n models --json',
    '  serval storage-config check -f deploy/ --fail-on warning',
    '  kubectl kustomize . | serval storage-config check -f -',
  ].join('\n'),
  options: [
    ...namespaceOptions,
    filesOption,
    secretOption,
    { flags: '--fail-on <severity>', help: 'exit 1 from here on', choices: ['error', 'warning'], default: 'error' },
    jsonOption,
  ],
  async run(context) {
    const { options, out } = context;
    const checked = await collect(context);
    const problems = allProblems(checked);
    const entries = checked.reduce((sum, secret) => sum + secret.entries.length, 0);
    if (options['json'] === true) out.json({ secrets: checked });
    else {
      if (entries > 0) out.table(checkRows(checked), checkColumns);
      for (const line of problemLines(checked)) out.print(line);
    }
    const errors = problems.filter(({ severity }) => severity === 'error').length;
    out.note(
      checked.length === 0
        ? `no Secret ${secretNameOf(options)}`
        : `${counted(checked.length, 'Secret')}, ${counted(entries, 'entry', 'entries')}: ${counted(errors, 'error')}, ${counted(problems.length - errors, 'warning')}`,
    );
    const fatal = textOption(options, 'failOn') === 'warning' ? problems.length : errors;
    return fatal === 0 ? 0 : 1;
  },
};

function counted(count: number, noun: string, nouns = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : nouns}`;
}

async function collect(context: Parameters<Command['run']>[0]): Promise<CheckedSecret[]> {
  const { options, signal, connect } = context;
  const now = new Date();
  const names = filesOf(options);
  const checked: CheckedSecret[] = [];
  if (names.length > 0) {
    const files = await readFiles(names, context);
    const where = names.flatMap((name) => ['-f', name]);
    for (const secret of files.flatMap(({ secrets }) => secrets)) {
      checked.push(await checkSecret(secret, readConfigMapOf(files, secret.namespace), { now, where }));
    }
    return checked;
  }
  const { client, namespace } = await connect();
  const scope = { namespace: options['allNamespaces'] === true ? undefined : namespace, signal };
  for (const live of await listStorageSecrets(client, { ...scope, secretName: secretNameOf(options) })) {
    const of = live.metadata.namespace ?? namespace;
    checked.push(
      await checkSecret(decodeSecret(live, of), readConfigMap(client, of, signal), { now, where: ['-n', of] }),
    );
  }
  return checked;
}
