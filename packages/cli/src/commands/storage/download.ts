import { basename } from 'node:path';
import { type Command, jsonOption, textOption } from '../../command/command.ts';
import { withStorageExitCode } from '../../storage/exit-code.ts';
import { createProgressBar } from '../../storage/progress-bar.ts';
import { cacheOption } from './options.ts';

export const downloadCommand: Command = {
  name: 'download <uri> [directory]',
  summary: 'bring a model into a directory, whole or not at all',
  details:
    'Takes the same URIs and variables as Pods do (docs/storage.md). Without a directory, the last word of the URI names one here. A directory that already holds the model is left as it is; what was interrupted goes on. Example: serval storage download hf://openai-community/gpt2',
  options: [cacheOption, jsonOption],
  run: (context) =>
    withStorageExitCode(context, async () => {
      const { args, options, out, signal, env } = context;
      const { createProgressLines, download, formatBytes, formatReport } = await import('@serval/storage');
      const [uri = '', directory = directoryFor(uri)] = args;
      const clock = () => performance.now();
      const lines = createProgressLines(out.note, clock);
      const bar = out.hasProgress ? createProgressBar(out, lines, { formatBytes, clock }) : undefined;
      try {
        const cacheDirectory = textOption(options, 'cache');
        const onEvent = bar?.onEvent ?? lines;
        const report = await download(uri, directory, { signal, environment: env, onEvent, cacheDirectory });
        bar?.end();
        if (options['json'] === true) out.json(report);
        else out.print(formatReport(report));
        return 0;
      } finally {
        bar?.end();
      }
    }),
};

/** The last segment that is a name: `gpt2` for `hf://openai-community/gpt2:main`, `model` where there is none. */
export function directoryFor(uri: string): string {
  const path = uri.replace(/^[a-z0-9+]+:\/\//i, '').replace(/[?#].*$/, '');
  const name = basename(path)
    .replace(/[:@].*$/, '')
    .replace(/(\.git|\.tar|\.tgz|\.zip|\.tar\.gz|\.tar\.zst)$/i, '');
  return /^[\w.-]+$/.test(name) && !/^\.+$/.test(name) ? name : 'model';
}
