import { type Lease, leases } from '../objects/core.ts';
import { isStatusError } from '../objects/status-error.ts';
import type { Client } from './client.ts';
import { type Clock, rfc3339Micro, sleep, systemClock } from './clock.ts';
import type { Log } from './log.ts';

export interface LeaderElectorOptions {
  client: Client;
  namespace: string;
  /** Of the Lease. */
  name: string;
  /** Unique among the candidates, such as the Pod's name. */
  identity: string;
  /** Does the leader's work; the signal aborts when leadership is lost. A leader whose work ends lets go. */
  lead(signal: AbortSignal): Promise<void>;
  /** Ends the candidacy; a leader lets go first. */
  signal: AbortSignal;
  /** A leader that was not heard of for so long may be replaced. Default 15,000. */
  leaseDurationMs?: number;
  /** A leader that could not renew for so long stops. Shorter than the lease. Default 10,000. */
  renewDeadlineMs?: number;
  /** Between tries. Default 2,000. */
  retryPeriodMs?: number;
  clock?: Clock;
  log: Log;
}

export interface LeaderElector {
  readonly isLeader: boolean;
  /** Resolves when the candidacy has ended; rejects with what `lead` threw. */
  readonly done: Promise<void>;
}

/**
 * One of several candidates leads at a time, by a Lease that it renews. Other candidates go by when they themselves saw the Lease change,
 * so clocks need not agree, only run at about the same speed (client-go's `leaderelection`).
 */
export function createLeaderElector(options: LeaderElectorOptions): LeaderElector {
  const { client, namespace, name, identity, signal, log, clock = systemClock } = options;
  const { leaseDurationMs = 15_000, renewDeadlineMs = 10_000, retryPeriodMs = 2_000 } = options;
  let isLeader = false;
  let seen: { version: string; at: number } | undefined;

  /** Takes or renews the Lease. False when another holds it. */
  async function tryHold(requestSignal: AbortSignal): Promise<boolean> {
    const now = clock.now();
    const fresh = { holderIdentity: identity, leaseDurationSeconds: Math.ceil(leaseDurationMs / 1000) };
    const renewTime = rfc3339Micro(now);
    try {
      const lease = await client.get(leases, { namespace, name }, { signal: requestSignal });
      const version = lease.metadata.resourceVersion ?? '';
      if (seen?.version !== version) seen = { version, at: now };
      const { holderIdentity, acquireTime, leaseTransitions = 0 } = lease.spec;
      const isOurs = holderIdentity === identity;
      const lastsMs = (lease.spec.leaseDurationSeconds ?? leaseDurationMs / 1000) * 1000;
      if (!isOurs && holderIdentity && now < seen.at + lastsMs) return false;
      const spec: Lease['spec'] = isOurs
        ? { ...fresh, acquireTime: acquireTime ?? renewTime, renewTime, leaseTransitions }
        : { ...fresh, acquireTime: renewTime, renewTime, leaseTransitions: leaseTransitions + 1 };
      await client.update(leases, { ...lease, spec }, { signal: requestSignal });
      return true;
    } catch (error) {
      if (isStatusError(error, 'Conflict')) return false;
      if (!isStatusError(error, 'NotFound')) throw error;
    }
    const spec = { ...fresh, acquireTime: renewTime, renewTime, leaseTransitions: 0 };
    const lease: Lease = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { namespace, name },
      spec,
    };
    try {
      await client.create(leases, lease, { signal: requestSignal });
      return true;
    } catch (error) {
      if (isStatusError(error, 'AlreadyExists')) return false;
      throw error;
    }
  }

  async function holds(requestSignal: AbortSignal): Promise<boolean> {
    try {
      return await tryHold(requestSignal);
    } catch (error) {
      if (!requestSignal.aborted) {
        log.warn(
          { lease: `${namespace}/${name}`, error: error instanceof Error ? error.message : String(error) },
          'the lease could not be held',
        );
      }
      return false;
    }
  }

  /** Lets the next candidate take over at once. */
  async function release(): Promise<void> {
    try {
      const lease = await client.get(leases, { namespace, name });
      if (lease.spec.holderIdentity !== identity) return;
      const spec = { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1, renewTime: rfc3339Micro(clock.now()) };
      await client.update(leases, { ...lease, spec });
    } catch (error) {
      log.debug({ lease: `${namespace}/${name}`, error: String(error) }, 'the lease could not be released');
    }
  }

  async function renewUntilLost(ended: AbortSignal): Promise<void> {
    let renewedAt = clock.now();
    while (!ended.aborted) {
      await sleep(clock, retryPeriodMs, ended);
      if (ended.aborted) return;
      // A request that hangs must not outlast the deadline.
      const deadline = new AbortController();
      const cancel = clock.after(renewedAt + renewDeadlineMs - clock.now(), () => deadline.abort());
      if (await holds(AbortSignal.any([ended, deadline.signal]))) renewedAt = clock.now();
      cancel();
      if (clock.now() - renewedAt >= renewDeadlineMs) return;
    }
  }

  async function leadOnce(): Promise<void> {
    const lost = new AbortController();
    const ended = AbortSignal.any([signal, lost.signal]);
    isLeader = true;
    log.info({ lease: `${namespace}/${name}`, identity }, 'leading');
    const work = options.lead(ended);
    const workEnded = new AbortController();
    const watched = work.finally(() => workEnded.abort());
    watched.catch(() => {});
    try {
      await renewUntilLost(AbortSignal.any([ended, workEnded.signal]));
    } finally {
      isLeader = false;
      lost.abort(new Error('leadership was lost'));
    }
    await watched;
  }

  async function run(): Promise<void> {
    try {
      while (!signal.aborted) {
        if (await holds(signal)) {
          await leadOnce();
          await release();
        } else await sleep(clock, retryPeriodMs, signal);
      }
    } catch (error) {
      await release();
      throw error;
    }
  }

  const done = run();
  done.catch(() => {});
  return {
    get isLeader() {
      return isLeader;
    },
    done,
  };
}
