import { parseArgs } from 'node:util';

export interface StoreArguments {
  directory: string;
  host: string;
  port: number;
}

export const USAGE = 'usage: serval-model-store --dir DIR [--port 8080]\n';

/**
 * Where to serve what. In a Pod that has only ports of its own, `SERVAL_PORT_<port>` tells the real one.
 * @throws Error that says which argument is wrong
 */
export function parseStoreArguments(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): StoreArguments {
  const { values } = parseArgs({
    args: [...args],
    options: { dir: { type: 'string' }, port: { type: 'string', default: '8080' } },
  });
  if (!values.dir) throw new Error('--dir is missing');
  const told = environment[`SERVAL_PORT_${values.port}`];
  const port = Number(told || values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error(`port "${told || values.port}" is not a number from 0 to 65535`);
  }
  // Without the variable this is a container, whose every address is its own.
  return { directory: values.dir, host: environment['SERVAL_POD_ADDRESS'] || '0.0.0.0', port };
}
