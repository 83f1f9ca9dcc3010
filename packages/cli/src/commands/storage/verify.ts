import { type Command, jsonOption } from '../../command/command.ts';
import { withStorageExitCode } from '../../storage/exit-code.ts';

export const verifyCommand: Command = {
  name: 'verify <directory>',
  summary: 'read a downloaded model again and compare it with what its source said',
  details:
    'Exit code 0: every file is what was downloaded; 6: one is missing or changed. Files that were not downloaded are named, and are no failure. Example: serval storage verify ./iris',
  options: [jsonOption],
  run: (context) =>
    withStorageExitCode(context, async () => {
      const { args, options, out, signal } = context;
      const { EXIT_CODES, formatBytes, verify } = await import('@serval/storage');
      const files = await verify(args[0] ?? '', signal);
      const wrong = files.filter(({ result }) => result === 'missing' || result === 'changed');
      if (options['json'] === true) out.json({ sound: wrong.length === 0, files });
      else {
        const rows = files.map(({ sizeBytes, ...file }) => ({
          ...file,
          size: sizeBytes === undefined ? undefined : formatBytes(sizeBytes),
        }));
        out.table(rows, { name: 'NAME', size: 'SIZE', result: 'RESULT', by: 'COMPARED' });
        out.note(`${files.length} files, ${wrong.length} missing or changed`);
      }
      return wrong.length === 0 ? 0 : EXIT_CODES.ChecksumMismatch;
    }),
};
