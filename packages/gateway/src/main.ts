import { flushCompileCache } from 'node:module';
import { parseArgs } from 'node:util';
import { createClient, createSocketTransport, type Log, loadKubeConfig } from '@serval/kube/client';
import { startGateway } from './index.ts';

/** The gateway as a process of its own: `--kubeconfig FILE [--context NAME] [--address A] [--port P] [--internal-port P]`. */

/** One JSON object per line on stderr; stdout carries the addresses only. */
const log: Log = {
  debug() {},
  info: (fields, message) => writeLine('info', fields, message),
  warn: (fields, message) => writeLine('warn', fields, message),
  error: (fields, message) => writeLine('error', fields, message),
};

function writeLine(level: string, fields: object, message: string): void {
  process.stderr.write(`${JSON.stringify({ level, time: new Date().toISOString(), msg: message, ...fields })}\n`);
}

function portOf(option: string, text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new Error(`--${option} is "${text}"; expected a whole number from 0 to 65535`);
}

/** For what is still open after everything was closed. */
const lingerMs = 1_000;
let stopping = false;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      kubeconfig: { type: 'string' },
      context: { type: 'string' },
      address: { type: 'string', default: '127.0.0.1' },
      port: { type: 'string', default: '8080' },
      'internal-port': { type: 'string', default: '0' },
    },
  });
  if (values.kubeconfig === undefined) throw new Error('--kubeconfig FILE is missing');
  const transport = createSocketTransport(await loadKubeConfig(values.kubeconfig, values.context));
  const client = createClient({ transport, fieldManager: 'serval-gateway', userAgent: 'serval-gateway' });
  const starting = startGateway({
    client,
    address: values.address,
    port: portOf('port', values.port),
    internalPort: portOf('internal-port', values['internal-port']),
    log,
  });
  const stop = async (reason: string) => {
    if (stopping) return;
    stopping = true;
    log.info({ reason }, 'the gateway stops');
    const gateway = await Promise.race([starting.catch(() => undefined), isSlow()]);
    await gateway?.close();
    await transport.close();
    process.stdin.destroy();
    // `process.exit` at once would wait for ever for a compilation that waits for a collection (nodejs/node#54918).
    setTimeout(() => process.exit(), lingerMs).unref();
  };
  process.on('SIGTERM', () => void stop('SIGTERM'));
  process.on('SIGINT', () => void stop('SIGINT'));
  // The parent holds the other end of the pipe: when it ends in whatever way, so does this process.
  process.stdin.on('end', () => void stop('the parent process ended'));
  process.stdin.on('error', () => void stop('the parent process ended'));
  process.stdin.resume();
  const { external, internal } = await starting;
  process.stdout.write(`${JSON.stringify({ external, internal })}\n`);
  // Not only at a clean end, which may never come.
  flushCompileCache();
}

/** A gateway that has not started yet has no request in flight. */
function isSlow(): Promise<undefined> {
  return new Promise((resolve) => setImmediate(() => resolve(undefined)));
}

try {
  await main();
} catch (error) {
  // One that is stopped before it has started fails to start.
  if (!stopping) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}
