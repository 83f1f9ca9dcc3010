/** The image `serval/operator`: the operator in a cluster, until SIGTERM. */
import { flushCompileCache } from 'node:module';
import { hostname } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { watchNamespacesVariable } from './declarations/operator-flags.ts';
import { connectOperator } from './program/connect.ts';
import { createJsonLog, type LogLevel } from './program/json-log.ts';
import { FlagError, operatorHelp, parseOperatorFlags } from './program/parse-flags.ts';
import { runOperator } from './program/run-operator.ts';

// Answers of the API server are parsed and soon forgotten; room made for ever more of them between two collections, and for compiled code,
// would be most of the memory. V8 reads these while it runs.
setFlagsFromString('--semi-space-growth-factor=1');
setFlagsFromString('--optimize-for-size');

/** For what is still open after everything was closed. */
const lingerMs = 1_000;

const args = process.argv.slice(2);
if (args.includes('--help')) {
  process.stdout.write(operatorHelp());
} else {
  try {
    await run();
    // `process.exit` at once would wait for ever for a compilation that waits for a collection (nodejs/node#54918); sockets that a
    // request was never answered on would keep the process for a while.
    setTimeout(() => process.exit(), lingerMs).unref();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`serval-operator: ${message}\n`);
    process.exit(error instanceof FlagError ? 2 : 1);
  }
}

async function run(): Promise<void> {
  // Where Pods are processes of one machine, each has an address of its own.
  const address = process.env['SERVAL_POD_ADDRESS'];
  const watched = process.env[watchNamespacesVariable];
  const flags = parseOperatorFlags(args, {
    ...(address ? { 'webhook-host': address, 'health-host': address } : {}),
    ...(watched ? { 'watch-namespaces': watched } : {}),
  });
  const log = createJsonLog(flags['log-level'] as LogLevel, (line) => void process.stderr.write(line));
  const stopping = new AbortController();
  const stop = (reason: string) => {
    // Who asks twice does not want to wait.
    if (stopping.signal.aborted) process.exit(1);
    log.info({ reason }, 'the operator stops');
    stopping.abort(new Error(reason));
  };
  process.on('SIGTERM', () => stop('SIGTERM'));
  process.on('SIGINT', () => stop('SIGINT'));
  const transport = await connectOperator(flags, process.env);
  const running = await runOperator({ flags, transport, hostName: hostname(), log, signal: stopping.signal });
  log.info({ healthPort: running.healthPort, metricsPort: running.metricsPort }, 'the operator runs');
  flushCompileCache();
  await running.done;
  await transport.close();
}
