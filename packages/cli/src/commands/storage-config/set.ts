import { configMaps, isStatusError } from '@serval/kube/objects';
import { CliError } from '../../command/cli-error.ts';
import { type Command, type CommandContext, textOption } from '../../command/command.ts';
import { readEntryEdit } from '../../storage-config/entry-options.ts';
import { maskedEntryDiff } from '../../storage-config/masked-diff.ts';
import { label } from '../../storage-config/print-plan.ts';
import { setInFile } from '../../storage-config/set-in-file.ts';
import { setLive } from '../../storage-config/set-live.ts';
import { bundleOf } from '../../storage-config/storage-secret.ts';
import { readConfigMapOf, readFiles, secretNameOf, secretOption } from './options.ts';

export const setCommand: Command = {
  name: 'set <key>',
  summary: 'create or edit one storage entry, with both halves of its certificates',
  details: [
    'Fields that are not named stay as they are. Credentials come from files or standard input, never from arguments, which others can',
    'read. The certificates of --ca-file go into the entry (for ModelMesh) and into a ConfigMap (for KServe) at once.',
    'Exit code 0: it is so now; 2: it would not be an entry that can be read, and nothing was written.',
    '',
    'Examples:',
    '  serval storage-config set minio -n models --type s3 --endpoint-url https://minio:9000 --bucket models \\',
    '    --from-file access_key_id=id.txt --secret-stdin secret_access_key --ca-file ca.pem < secret.txt',
    '  serval storage-config set minio --ca-configmap corporate-ca --dry-run',
    '  serval storage-config set web -f storage-config.yaml --type http --field url=https://models.example.com',
  ].join('\n'),
  options: [
    { flags: '-n, --namespace <name>', help: 'namespace of the Secret (default: that of the kubeconfig)' },
    { flags: '-f, --filename <file>', help: 'a manifest to edit in place, or to make, instead of a cluster' },
    secretOption,
    { flags: '--type <type>', help: 's3, gcs, azure, http, hdfs or pvc' },
    { flags: '--endpoint-url <url>', help: 'field endpoint_url' },
    { flags: '--region <name>', help: 'field region' },
    { flags: '--bucket <name>', help: 'field bucket' },
    { flags: '--field <name=value>', help: 'any field that is no credential; may be given several times', many: true },
    { flags: '--from-file <field=file>', help: 'a field from a file, without its last line end', many: true },
    { flags: '--secret-stdin <field>', help: 'a field from standard input, without its last line end' },
    { flags: '--remove <field>', help: 'take a field out; may be given several times', many: true },
    { flags: '--ca-file <file>', help: 'PEM file with the certificates to trust' },
    { flags: '--ca-configmap <name>', help: 'ConfigMap of the namespace with them under cabundle.crt' },
    { flags: '--dry-run', help: 'show the difference, and change nothing' },
  ],
  async run(context) {
    const { args, options, out, signal } = context;
    const key = args[0] ?? '';
    if (!/^[-._a-zA-Z0-9]{1,253}$/.test(key) || key === '.' || key === '..') {
      throw new CliError('BadUsage', 'a key has letters, digits, "-", "_" and "."');
    }
    const edit = await readEntryEdit(context);
    const filename = textOption(options, 'filename');
    const caConfigMap = textOption(options, 'caConfigmap');
    const entry = {
      key,
      edit,
      caConfigMap,
      secretName: secretNameOf(options),
      now: new Date(),
      dryRun: options['dryRun'] === true,
    };
    const done =
      filename === undefined
        ? await liveSet(context, entry)
        : await setInFile(filename, await filesFor(context, filename), entry, textOption(options, 'namespace') ?? '');
    signal.throwIfAborted();
    for (const { message } of done.warnings) out.note(`warning: ${message}`);
    out.print(`Secret ${label(done)}, key ${key}${entry.dryRun ? ' (dry run)' : ''}`);
    for (const line of maskedEntryDiff(done.before, done.after)) out.print(`  ${line}`);
    if (done.configMap) out.print(`ConfigMap ${label({ ...done, name: done.configMap })}: cabundle.crt`);
    if (done.before === done.after && !done.configMap) out.note('nothing to do');
    return 0;
  },
};

async function liveSet(
  { connect, signal }: CommandContext,
  entry: Parameters<typeof setLive>[1],
): ReturnType<typeof setLive> {
  const { client, namespace } = await connect();
  return setLive(client, entry, {
    namespace,
    signal,
    readBundle: async (name) => {
      try {
        return bundleOf(await client.get(configMaps, { namespace, name }, { signal }));
      } catch (error) {
        if (isStatusError(error, 'NotFound')) return undefined;
        throw error;
      }
    },
  });
}

async function filesFor(context: CommandContext, filename: string) {
  if (filename === '-') throw new CliError('BadUsage', 'set edits a file; name one');
  const { access } = await import('node:fs/promises');
  const exists = await access(filename).then(
    () => true,
    () => false,
  );
  const files = exists ? await readFiles([filename], context) : [];
  if (files.length > 1) throw new CliError('BadUsage', `${filename} is a folder; name a file`);
  return { file: files[0], readConfigMap: readConfigMapOf(files, textOption(context.options, 'namespace') ?? '') };
}
