import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, type Log, systemClock } from '@serval/kube/client';
import { faultOf, faultOfPair } from './check-certificate.ts';
import type { CertificateProvider, ServingCertificate } from './serving-certificate.ts';

export interface CertificateFilesOptions {
  /** Of `tls.crt` and `tls.key`. */
  readonly directory: string;
  readonly hosts: readonly string[];
  readonly clock?: Clock;
  readonly log: Log;
}

/** A mounted Secret follows its object within a minute or so; looking more often is cheap and shortens nothing much. */
const readEveryMs = 10_000;

/**
 * A certificate that somebody else provides and renews, as cert-manager does. Two files are not replaced in one instant, so a pair that
 * does not fit is passed over and the last good one stays.
 */
export function createCertificateFiles({
  directory,
  hosts,
  clock = systemClock,
  log,
}: CertificateFilesOptions): CertificateProvider {
  const listeners = new Set<() => void>();
  let current: ServingCertificate | undefined;
  let problem: string | undefined = `${directory} has not been read yet`;
  let cancel = () => {};
  let closed = false;
  let reading = read();

  async function read(): Promise<void> {
    try {
      const [cert, key] = await Promise.all(
        ['tls.crt', 'tls.key'].map((name) => readFile(join(directory, name), 'utf8')),
      );
      take({ cert: cert ?? '', key: key ?? '' });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      say(`${directory} has no certificate that can be read (${code ?? String(error)})`);
    }
    if (closed) return;
    cancel = clock.after(readEveryMs, () => {
      reading = read();
    });
  }

  function take(found: ServingCertificate): void {
    const isNew = found.cert !== current?.cert || found.key !== current?.key;
    const fault = faultOf(found, hosts, clock.now());
    // One that ended, begins later or is for other names is still better than none: callers say what is wrong with it.
    if (isNew && (fault === undefined || (current === undefined && faultOfPair(found) === undefined))) {
      current = found;
      log.info({ directory }, 'webhook certificate read');
      for (const listener of [...listeners]) listener();
    }
    say(fault && `the certificate of ${directory} is of no use: ${fault}`);
  }

  function say(next: string | undefined): void {
    if (problem === next) return;
    problem = next;
    if (next && !closed) log.warn({ directory, error: next }, 'webhook certificate');
    for (const listener of [...listeners]) listener();
  }

  return {
    current: () => current,
    authorities: () => undefined,
    problem: () => problem,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      closed = true;
      cancel();
      await reading;
    },
  };
}
