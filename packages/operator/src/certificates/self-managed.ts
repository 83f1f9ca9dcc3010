import { type Client, type Clock, createReflector, type Log, systemClock } from '@serval/kube/client';
import { isStatusError, type Secret, secrets } from '@serval/kube/objects';
import { partOfLabels } from '../declarations/installed-names.ts';
import { bundleOf, readCertificateSecret, writeCertificateSecret } from './certificate-secret.ts';
import { faultOf, faultOfPair } from './check-certificate.ts';
import { issueCertificate } from './issue-certificate.ts';
import { afterStep, needsIssue, nextStep, type RenewalStep } from './renewal.ts';
import type { CertificateProvider } from './serving-certificate.ts';

export interface SelfManagedOptions {
  readonly client: Client;
  readonly namespace: string;
  readonly secretName: string;
  /** What the certificate must be for. */
  readonly hosts: readonly string[];
  /** Renewals are the leader's. A certificate that is missing or of no use is replaced by whoever sees it first. */
  readonly isLeader: () => boolean;
  /** Whether all who are to trust these authorities (PEM) have been told of them. */
  readonly isAnnounced: (authorities: string) => boolean;
  readonly clock?: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

export interface SelfManagedCertificate extends CertificateProvider {
  /** Looks again at what is to be done, as after an announcement or a change of leader. */
  look(): void;
}

/** Between looks when nothing is heard: a step that waits for something without an event, such as a leader. */
const lookEveryMs = 60_000;
/** After a write that failed. */
const retryMs = 2_000;

/**
 * A certificate that the operator issues itself and keeps in a Secret, which all replicas read. They write it by resourceVersion, so
 * of several at once one wins and the others take over what it wrote.
 */
export function createSelfManagedCertificate(options: SelfManagedOptions): SelfManagedCertificate {
  const { client, namespace, secretName, hosts, log, clock = systemClock, signal: outer } = options;
  const closing = new AbortController();
  const signal = AbortSignal.any([outer, closing.signal]);
  const listeners = new Set<() => void>();
  const reflector = createReflector<Secret>({
    client,
    resource: secrets,
    namespace,
    fieldSelector: `metadata.name=${secretName}`,
    clock,
    log,
    signal,
  });
  let problem: string | undefined = 'its Secret has not been read yet';
  let working: Promise<void> | undefined;
  let cancelTimer = () => {};
  let again = false;

  const secret = () => reflector.get(namespace, secretName);
  const state = () => readCertificateSecret(secret());
  const authorities = () => bundleOf(state().authorities) || undefined;

  function tell(): void {
    for (const listener of [...listeners]) listener();
  }

  function say(next: string | undefined): void {
    if (problem === next) return;
    problem = next;
    tell();
  }

  function lookAfter(ms: number): void {
    cancelTimer();
    if (!signal.aborted) cancelTimer = clock.after(ms, look);
  }

  function look(): void {
    again = true;
    working ??= work();
  }

  async function work(): Promise<void> {
    try {
      await reflector.synced;
      while (again && !signal.aborted) {
        again = false;
        await act();
      }
    } catch {
      // Ended before the first list.
    }
    working = undefined;
  }

  async function act(): Promise<void> {
    const now = clock.now();
    const step = nextStep(state(), hosts, now, options.isAnnounced(authorities() ?? ''));
    const { current } = state();
    const fault = current ? faultOf(current, hosts, now) : 'there is none';
    if (step.step === 'wait') {
      say(fault);
      return lookAfter(Math.min(step.untilMs - now, lookEveryMs));
    }
    if (step.step !== 'issue' && !options.isLeader()) {
      say(fault);
      return lookAfter(lookEveryMs);
    }
    try {
      await take(step, now);
      say(undefined);
      lookAfter(lookEveryMs);
    } catch (error) {
      // Another replica was faster; what it wrote is about to be seen.
      if (!isStatusError(error, 'Conflict', 'AlreadyExists')) {
        const reason = error instanceof Error ? error.message : String(error);
        if (!signal.aborted) log.error({ secret: `${namespace}/${secretName}`, error: reason }, 'certificate not kept');
        say(`Secret ${namespace}/${secretName} cannot be written: ${reason}`);
      }
      lookAfter(retryMs);
    }
  }

  async function take({ step, reason }: Exclude<RenewalStep, { step: 'wait' }>, now: number): Promise<void> {
    const old = secret();
    const issued = needsIssue(step) ? await issueCertificate(hosts, now) : undefined;
    const next = afterStep(step, readCertificateSecret(old), issued, now);
    const target = { namespace, name: secretName, labels: partOfLabels };
    const written = writeCertificateSecret(target, next, old);
    if (old) await client.update(secrets, written, { signal });
    else await client.create(secrets, written, { signal });
    log.info({ secret: `${namespace}/${secretName}`, step, reason }, 'webhook certificate');
  }

  reflector.onChange(() => {
    look();
    tell();
  });
  look();

  return {
    current() {
      const { current } = state();
      // One that ended is still shown while it is being replaced: callers then say so themselves.
      return current && faultOfPair(current) === undefined ? current : undefined;
    },
    authorities,
    problem: () => problem,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    look,
    async close() {
      closing.abort(new Error('the operator is closed'));
      cancelTimer();
      await working;
    },
  };
}
