import { type Command, jsonOption } from '../../command/command.ts';
import { withStorageExitCode } from '../../storage/exit-code.ts';

export const listCommand: Command = {
  name: 'ls <uri>',
  summary: 'what a download would fetch, without fetching it',
  details: 'Credentials and patterns as for a download. Example: serval storage ls s3://models/iris',
  options: [jsonOption],
  run: (context) =>
    withStorageExitCode(context, async () => {
      const { args, options, out, signal, env } = context;
      const { formatBytes, list } = await import('@serval/storage');
      const onEvent = (event: { type: string; message?: string }) => {
        if (event.type === 'warning') out.note(`warning: ${event.message}`);
      };
      const files = await list(args[0] ?? '', { signal, environment: env, onEvent });
      if (options['json'] === true) {
        out.json({ files });
        return 0;
      }
      const size = (bytes: number | undefined) => (bytes === undefined ? 'unknown' : formatBytes(bytes));
      out.table(
        files.map(({ name, sizeBytes, digest, version }) => ({
          name,
          size: size(sizeBytes),
          digest: digest && `${digest.algorithm}:${digest.hex.slice(0, 16)}`,
          version,
        })),
        { name: 'NAME', size: 'SIZE', digest: 'DIGEST', version: 'VERSION' },
      );
      const total = files.reduce((sum, { sizeBytes }) => sum + (sizeBytes ?? 0), 0);
      out.note(`${files.length} ${files.length === 1 ? 'file' : 'files'}, ${formatBytes(total)}`);
      return 0;
    }),
};
