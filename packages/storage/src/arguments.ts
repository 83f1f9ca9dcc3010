import { parseArgs } from 'node:util';
import { StorageError } from './errors.ts';

export type Call =
  | { kind: 'help' }
  | { kind: 'version' }
  | {
      kind: 'download';
      pairs: { uri: string; directory: string }[];
      cacheDirectory: string | undefined;
      json: boolean;
      /** Whether it can be read is all that is asked. */
      check: boolean;
    };

/** `URI DIR [URI DIR …]`, as KServe passes them, and a few options. @throws StorageError InvalidArgument */
export function parseArguments(args: readonly string[]): Call {
  const { values, positionals } = parse(args);
  if (values.help) return { kind: 'help' };
  if (values.version) return { kind: 'version' };
  if (positionals.length === 0 || positionals.length % 2 !== 0) {
    throw new StorageError('InvalidArgument', `expected pairs of URI and DIR, got ${positionals.length} arguments`);
  }
  const pairs = [];
  const seen = new Set<string>();
  for (let index = 0; index < positionals.length; index += 2) {
    const [uri, directory] = [positionals[index]!, positionals[index + 1]!];
    if (seen.has(directory)) {
      throw new StorageError('InvalidArgument', `directory ${directory} is given twice`, {
        hint: 'each URI needs its own',
      });
    }
    seen.add(directory);
    pairs.push({ uri, directory });
  }
  return {
    kind: 'download',
    pairs,
    cacheDirectory: values.cache,
    json: values.json === true,
    check: values.check === true,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        cache: { type: 'string' },
        json: { type: 'boolean' },
        check: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean' },
      },
    });
  } catch (cause) {
    throw new StorageError('InvalidArgument', (cause as Error).message.split('. ')[0]!, { cause, hint: 'see --help' });
  }
}
