import {
  type Clock,
  createClient,
  createEventRecorder,
  createLeaderElector,
  type LeaderElector,
  type Log,
  sleep,
  systemClock,
  type Transport,
} from '@serval/kube/client';
import { operatorName } from '../declarations/installed-names.ts';
import type { CallWebhook } from '../health/call-over-tls.ts';
import { createMetrics } from '../health/metrics.ts';
import { countRequests } from '../health/own-cost.ts';
import { fieldManager } from '../names.ts';
import { type Operator, startOperator } from '../start-operator.ts';
import { countReviews } from './count-reviews.ts';
import { type PageServer, servePages } from './health-server.ts';
import { healthPages, metricsPages } from './pages.ts';
import { type FlagValues, watchedNamespaces } from './parse-flags.ts';
import { startWebhookParts, type WebhookParts } from './webhook-parts.ts';

export interface RunOperatorOptions {
  /** Of `parseOperatorFlags`. */
  readonly flags: FlagValues;
  readonly transport: Transport;
  /** Who it is in the Lease, unless `--pod-name` says. */
  readonly hostName: string;
  readonly log: Log;
  readonly clock?: Clock;
  /** How its webhooks are probed. Default: over TLS, to the DNS name of the Service. */
  readonly call?: CallWebhook;
  /** Asks it to end. */
  readonly signal: AbortSignal;
}

export interface RunningOperator {
  readonly operator: Operator;
  readonly parts: WebhookParts | undefined;
  readonly healthPort: number;
  readonly metricsPort: number;
  readonly isLeader: boolean;
  /** Resolves when it has ended cleanly; rejects when a part failed for good. */
  readonly done: Promise<void>;
}

/** Time for Services to hear that this replica is no longer ready; until then API servers still send reviews to it. */
const lingerMs = 3_000;

/**
 * The operator as a program: every replica answers webhooks, one of them reconciles. Ends when the signal aborts: it lets go of the
 * Lease, is not ready any more, answers what still comes, and closes.
 */
export async function runOperator(options: RunOperatorOptions): Promise<RunningOperator> {
  const { flags, transport, log, clock = systemClock, signal } = options;
  const namespace = flags['namespace'] ?? '';
  const identity = flags['pod-name'] ?? options.hostName;
  const metrics = createMetrics();
  const counted = countRequests(transport, metrics);
  const client = createClient({ transport: counted, fieldManager, userAgent: operatorName });
  // Parts outlive the signal by as long as it takes to end well.
  const ending = new AbortController();
  const running = { client, log, clock, signal: ending.signal };
  const events = createEventRecorder({ ...running, component: operatorName, instance: identity });
  const electing = flags['leader-election'] === 'on';
  let elector: LeaderElector | undefined;
  let leadsAlone = false;
  const isLeader = () => elector?.isLeader ?? leadsAlone;

  const watchNamespaces = watchedNamespaces(flags);
  const clusterScoped = flags['cluster-scoped'] === 'on';
  const operator = startOperator({
    ...running,
    namespace,
    watchNamespaces,
    clusterScoped,
    metrics,
    recordsApprovers: flags['webhooks'] === 'on',
    reconciles: false,
  });
  const parts =
    flags['webhooks'] === 'on'
      ? startWebhookParts({
          ...running,
          flags,
          namespace,
          webhooks: countReviews(operator.webhooks, metrics),
          // Events of what has no namespace are made in `default`, where a restricted operator has no rights.
          events: watchNamespaces ? undefined : events,
          access: operator.access.notes,
          isLeader,
          call: options.call,
        })
      : undefined;
  const state = { operator, parts, isLeader, identity, stopping: () => signal.aborted };
  let servers: PageServer[] = [];
  const closeAll = async () => {
    const graceMs = Number(flags['stop-seconds']) * 1000;
    await parts?.close(graceMs);
    ending.abort(new Error('the operator is closed'));
    await operator.close();
    await events.flush();
    await Promise.all(servers.map((server) => server.close()));
  };

  try {
    const host = flags['health-host'] ?? '';
    servers = [await servePages(host, Number(flags['health-port']), healthPages(state))];
    servers.push(await servePages(host, Number(flags['metrics-port']), metricsPages(state, metrics, clock)));
  } catch (error) {
    await closeAll();
    throw error;
  }

  async function lead(leading: AbortSignal): Promise<void> {
    parts?.leadershipChanged();
    await operator.reconcile(leading);
  }

  async function run(): Promise<void> {
    if (electing) {
      const name = flags['lease-name'] ?? '';
      elector = createLeaderElector({ client, namespace, name, identity, lead, signal, clock, log });
      await elector.done;
    } else {
      leadsAlone = true;
      await lead(signal);
    }
    if (parts?.server()) await sleep(systemClock, Math.min(lingerMs, Number(flags['stop-seconds']) * 1000));
  }

  const [health, scraped] = servers;
  const done = (async () => {
    try {
      await run();
    } finally {
      await closeAll();
    }
  })();
  done.catch(() => {});
  return {
    operator,
    parts,
    healthPort: health?.port ?? 0,
    metricsPort: scraped?.port ?? 0,
    get isLeader() {
      return isLeader();
    },
    done,
  };
}
