import { createServer } from 'node:net';
import { CliError } from '../command/cli-error.ts';

/** Throws `CliError` PortTaken naming the port and the option. A free port may still be taken a moment later. */
export async function checkPort(address: string, port: number, option: string): Promise<void> {
  if (port === 0) return;
  await new Promise<void>((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EADDRINUSE' ? 'is in use by another program' : `cannot be used: ${cause.message}`;
      reject(
        new CliError('PortTaken', `port ${port} on ${address} ${why}`, {
          hint: `choose another one with ${option} (0 takes any free one)`,
          cause,
        }),
      );
    });
    probe.listen({ host: address, port, exclusive: true }, () => probe.close(() => resolve()));
  });
}

/** Throws `CliError` BadUsage for anything but 0 … 65535. */
export function parsePort(text: string, option: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new CliError('BadUsage', `${option} ${text}: expected a port from 0 to 65535`);
}
