import { CliError } from '../../command/cli-error.ts';
import { type Command, textOption } from '../../command/command.ts';
import { migrateFiles } from '../../storage-config/migrate-files.ts';
import { migrateLive } from '../../storage-config/migrate-live.ts';
import { undo } from '../../storage-config/undo.ts';
import { filesOf, filesOption, namespaceOptions, readFiles, secretNameOf, secretOption } from './options.ts';

export const migrateCommand: Command = {
  name: 'migrate',
  summary: 'put storage entries into the form that KServe, ModelMesh and Serval all read',
  details: [
    'Shows what it would change; --write does it. Secret values are shown by their size. An entry that is broken is named and left as it',
    'is, to the byte. A second run finds nothing to do; one that was stopped half-way goes on when it is run again.',
    'Exit code 0: done, or nothing to do; 1: an entry needs you, or a Secret could not be written; 2: it could not be asked so.',
    '',
    'A migration of a cluster writes what was there to a backup first (for its owner alone, mode 0600), to which later runs add.',
    '',
    'Examples:',
    '  serval storage-config migrate -A                                       # what would change',
    '  serval storage-config migrate -n models --write --backup models.json',
    '  serval storage-config migrate --undo models.json',
    '  serval storage-config migrate -f storage-config.yaml --write           # in place, comments stay',
    '  serval storage-config migrate -f - --write < old.yaml > new.yaml',
  ].join('\n'),
  options: [
    ...namespaceOptions,
    filesOption,
    secretOption,
    { flags: '--write', help: 'do it' },
    {
      flags: '--to <form>',
      help: 'dual: both halves of every certificate; names: what is there, under the names it belongs',
      choices: ['dual', 'names'],
      default: 'dual',
    },
    { flags: '--mount-path <folder>', help: 'caBundleVolumeMountPath of KServe (default: /etc/ssl/custom-certs)' },
    {
      flags: '--backup <file>',
      help: 'where to keep what was there (default for clusters: storage-config-backup.json)',
    },
    { flags: '--undo <file>', help: 'take back what a backup tells, where nobody changed it since' },
    { flags: '--force', help: 'with --undo: where somebody did, too' },
  ],
  async run(context) {
    const { options, out } = context;
    const undone = textOption(options, 'undo');
    const isForced = options['force'] === true;
    if (undone !== undefined) {
      if (options['write'] === true) throw new CliError('BadUsage', '--undo writes by itself; give one of the two');
      return undo(undone, { ...context, force: isForced });
    }
    if (isForced) throw new CliError('BadUsage', '--force is for --undo', { hint: 'conflicts are planned anew' });
    const plan = {
      to: textOption(options, 'to') === 'names' ? ('names' as const) : ('dual' as const),
      mountPath: textOption(options, 'mountPath'),
      now: new Date(),
    };
    const isWritten = options['write'] === true;
    const names = filesOf(options);
    const backup = textOption(options, 'backup');
    if (names.length > 0) {
      return migrateFiles(await readFiles(names, context), { ...plan, write: isWritten, backup, out });
    }
    const { client, namespace } = await context.connect();
    return migrateLive(client, {
      ...plan,
      namespace: options['allNamespaces'] === true ? undefined : namespace,
      secretName: secretNameOf(options),
      write: isWritten,
      backup: backup ?? 'storage-config-backup.json',
      out,
      signal: context.signal,
    });
  },
};
