import type { Clock } from '@serval/kube/client';
import { endOf, leafOf } from '../certificates/check-certificate.ts';
import { type Check, renderChecks } from '../health/checks.ts';
import type { Metrics } from '../health/metrics.ts';
import { describeMissingRight, type MissingRight } from '../scope/access-notes.ts';
import type { Operator } from '../start-operator.ts';
import type { Page, Pages } from './health-server.ts';
import type { WebhookParts } from './webhook-parts.ts';

export interface OperatorState {
  readonly operator: Operator;
  readonly parts: WebhookParts | undefined;
  isLeader(): boolean;
  readonly identity: string;
  stopping(): boolean;
}

/** Of one cause there are many: a Role that was not bound lacks all. */
const shownRights = 5;

/**
 * `/livez`: the process answers. `/readyz`: this replica can answer reviews. `/healthz`: the platform is well, its webhooks probed as
 * API servers call them. With `?verbose`, or on a failure, every check is listed.
 */
export function healthPages(state: OperatorState): Pages {
  let caches: string | undefined = 'not everything has been read yet';
  let admission: string | undefined = 'configuration and runtimes have not been read yet';
  state.operator.ready.then(
    () => {
      caches = undefined;
    },
    () => {},
  );
  state.operator.admissionReady.then(
    () => {
      admission = undefined;
    },
    () => {},
  );
  const { access } = state.operator;
  const missing = (isCounted: (note: MissingRight) => boolean) => {
    const notes = access.notes.current().filter(isCounted);
    return notes.length > 0 ? notes.slice(0, shownRights).map(describeMissingRight).join('; ') : undefined;
  };
  const ready = (): Check[] => [
    { name: 'caches', problem: admission },
    // Of rights that went later, what is known stays, and reviews are answered by it.
    { name: 'caches-rights', problem: caches && missing(({ required }) => required) },
    ...(state.parts ? [{ name: 'webhook-server', problem: state.parts.serverProblem() }] : []),
    { name: 'shutdown', problem: state.stopping() ? 'it is stopping' : undefined },
  ];
  const platform = (): Check[] => [
    ...platformChecks(state.parts),
    { name: 'rights', problem: missing(({ required }) => required) },
    { name: 'configuration', problem: state.operator.config.health().problem },
  ];
  /** The operator does its work without. */
  const remarks = (): Check[] => [
    ...gatewayChecks(state.operator),
    { name: 'optional-rights', problem: missing(({ required }) => !required) },
    ...access.unserved().map(({ namespace, problem }) => ({ name: `namespace ${namespace}`, problem })),
  ];
  return (path, query) => {
    const verbose = query.has('verbose');
    if (path === '/livez') return page('livez', [{ name: 'ping' }], [], verbose);
    if (path === '/readyz') return page('readyz', ready(), [...platform(), ...remarks()], verbose);
    if (path === '/healthz') return page('healthz', [...platform(), ...ready()], remarks(), verbose);
    return undefined;
  };
}

/** Beside the others: an operator without a Gateway does all that it can do. */
function gatewayChecks({ gatewayHealth }: Operator): Check[] {
  const health = gatewayHealth.current();
  if (!health) return [];
  const { status, reason, message } = health.condition;
  return [{ name: `gateway ${health.gateway}`, problem: status === 'True' ? undefined : (message ?? reason) }];
}

/** The webhooks first: when they are down, that is what is wrong with the platform. */
function platformChecks(parts: WebhookParts | undefined): Check[] {
  if (!parts) return [];
  return [
    ...parts.health.current().map(({ name, failure }) => ({
      name: `webhook ${name}`,
      problem: failure && `${failure.reason}; ${failure.wayOut}`,
    })),
    { name: 'certificate', problem: parts.certificate.problem() },
    ...(parts.announcer ? [{ name: 'ca-bundle', problem: parts.announcer.problem() }] : []),
  ];
}

function page(title: string, checks: Check[], remarks: Check[], verbose: boolean): Page {
  const isWell = checks.every(({ problem }) => !problem);
  const body = verbose || !isWell ? renderChecks(title, checks, remarks) : 'ok';
  return { status: isWell ? 200 : 503, body };
}

/** `/metrics`. */
export function metricsPages(state: OperatorState, metrics: Metrics, clock: Clock): Pages {
  const { parts, identity } = state;
  const startedAt = clock.now() / 1000;
  metrics.gauge('process_start_time_seconds', 'When the program started, since the epoch.', () => [
    { labels: {}, value: startedAt },
  ]);
  metrics.gauge('process_resident_memory_bytes', 'Memory that is in use.', () => [
    { labels: {}, value: process.memoryUsage.rss() },
  ]);
  metrics.gauge('serval_operator_leader', 'Whether this replica reconciles.', () => [
    { labels: { identity }, value: state.isLeader() ? 1 : 0 },
  ]);
  if (parts) {
    metrics.gauge('serval_webhook_up', 'Whether a webhook answers where API servers are told to call it.', () =>
      parts.health.current().map(({ name, failure }) => ({ labels: { webhook: name }, value: failure ? 0 : 1 })),
    );
    metrics.gauge('serval_webhook_certificate_end_seconds', 'When the certificate ends, since the epoch.', () => {
      const shown = parts.certificate.current();
      const leaf = shown && leafOf(shown);
      return leaf ? [{ labels: {}, value: endOf(leaf) / 1000 }] : [];
    });
  }
  return (path) =>
    path === '/metrics'
      ? { status: 200, body: metrics.render(), contentType: 'text/plain; version=0.0.4; charset=utf-8' }
      : undefined;
}
