import type { CustomResourceDefinition } from '@serval/api';
import { type Clock, type EventRecorder, type Reflector, rfc3339 } from '@serval/kube/client';
import { type Gateway, type GatewayClass, keyOf } from '@serval/kube/objects';
import type { FindingId } from '../checks/catalogue.ts';
import { conditionOf, reasonOf, rootCauses } from '../checks/conditions.ts';
import type { Finding } from '../checks/finding.ts';
import type { ConditionResult } from '../conditions/condition-result.ts';
import type { ConfigSource } from '../config/config-source.ts';
import { readGatewayApi } from '../gateway/installed-api.ts';
import { gatewayOf } from '../inference-service/render/http-route.ts';
import { conditionsData, readConditions, withCondition } from './health-report.ts';
import type { Metrics } from './metrics.ts';
import type { HealthSource } from './write-health.ts';

const gatewayReadyType = 'GatewayReady';

/** How the Gateway is that the configuration names. */
interface GatewayHealth {
  /** `namespace/name`. */
  readonly gateway: string;
  readonly condition: ConditionResult;
  /** Also what does not keep it from being ready. */
  readonly findings: readonly { readonly id: FindingId; readonly severity: string }[];
}

export interface GatewayHealthOptions {
  readonly caches: {
    readonly gateways: Reflector<Gateway>;
    readonly gatewayClasses: Reflector<GatewayClass>;
    readonly httpRouteDefinition: Reflector<CustomResourceDefinition>;
  };
  readonly config: ConfigSource;
  /** Where the operator's own objects are. */
  readonly namespace: string;
  /** Resolves when the caches have what there is. */
  readonly synced: Promise<unknown>;
  /** Tells of changes to an object of a namespace; nothing on replicas that do not lead, and where it may not. */
  readonly events: (namespace: string) => EventRecorder | undefined;
  readonly metrics?: Metrics | undefined;
  readonly clock: Clock;
}

export interface GatewayHealthMonitor extends HealthSource {
  /** Nothing before the caches are filled, and where services are reached through Ingresses. */
  current(): GatewayHealth | undefined;
  /** This replica leads now: what others may not have told, it tells. */
  lead(): void;
  close(): void;
}

/** Changes come in bursts: a controller writes class, Gateway and listeners one after the other. */
const settleMs = 500;
/** What lasts no longer is not told in Events: a start, a change of class. */
const passingMs = 10_000;

/** Follows the Gateway of the configuration and its class, and runs the doctor's checks on them whenever one changes. */
export function createGatewayHealth(options: GatewayHealthOptions): GatewayHealthMonitor {
  const { caches, config, clock, metrics } = options;
  const listeners = new Set<() => void>();
  const first = Promise.withResolvers<void>();
  first.promise.catch(() => {});
  let health: GatewayHealth | undefined;
  let closed = false;
  let cancelLook = () => {};
  let cancelTell = () => {};
  /** The reason of the Event that was recorded last. */
  let told: string | undefined;

  function look(): void {
    cancelLook();
    if (closed) return;
    const before = JSON.stringify(health);
    health = examine(options);
    if (JSON.stringify(health) === before) return;
    tellLater();
    for (const listener of [...listeners]) listener();
  }

  function tellLater(): void {
    cancelTell();
    cancelTell = clock.after(passingMs, tell);
  }

  function lookSoon(): void {
    cancelLook();
    if (!closed) cancelLook = clock.after(settleMs, look);
  }

  /** Who does not lead tells nothing, and nobody tells of a Gateway that was well all the time. */
  function tell(): void {
    const { status, reason = gatewayReadyType, message = '' } = health?.condition ?? { status: 'True' };
    const about = objectOf(options);
    const recorder = about && options.events(about.metadata.namespace ?? '');
    if (!recorder || told === reason || (status === 'True' && told === undefined)) return;
    recorder.record(about, status === 'True' ? 'Normal' : 'Warning', reason, message);
    told = status === 'True' ? undefined : reason;
  }

  const stops = [
    caches.gateways.onChange(lookSoon),
    caches.gatewayClasses.onChange(lookSoon),
    caches.httpRouteDefinition.onChange(lookSoon),
    config.onChange(lookSoon),
  ];
  options.synced
    .then(() => {
      look();
      first.resolve();
    })
    .catch((error: unknown) => first.reject(error));
  metrics?.gauge('serval_gateway_ready', 'Whether the Gateway that the configuration names can be reached.', () =>
    health ? [{ labels: { gateway: health.gateway }, value: health.condition.status === 'True' ? 1 : 0 }] : [],
  );
  metrics?.gauge('serval_gateway_findings', 'What serval doctor would say of the Gateway and its class.', () =>
    (health?.findings ?? []).map(({ id, severity }) => ({ labels: { id, severity }, value: 1 })),
  );

  return {
    current: () => health,
    first: first.promise,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    data: (data) =>
      conditionsData(withCondition(readConditions(data), gatewayReadyType, health?.condition, rfc3339(clock.now()))),
    lead: tellLater,
    close() {
      closed = true;
      for (const stop of stops) stop();
      cancelLook();
      cancelTell();
    },
  };
}

function examine({ caches, config, namespace }: GatewayHealthOptions): GatewayHealth | undefined {
  const settings = config.current();
  if (!settings.ingress.enableGatewayApi) return undefined;
  const at = gatewayOf(settings);
  const key = keyOf(at);
  if (!readGatewayApi(caches.httpRouteDefinition.list()).schemas.has('HTTPRoute')) {
    const message =
      'the cluster serves no HTTPRoute v1; fix: install the Gateway API, or set ingress.enableGatewayApi: false';
    const condition = { status: 'False', reason: reasonOf('gateway-api-missing'), message } as const;
    return { gateway: key, condition, findings: [{ id: 'gateway-api-missing', severity: 'error' }] };
  }
  const gateway = caches.gateways.get(at.namespace, at.name);
  const gatewayClass = gateway && caches.gatewayClasses.get('', gateway.spec.gatewayClassName);
  const findings = rootCauses({
    settings,
    systemNamespace: namespace,
    gateway,
    gatewayClass,
    seesClasses: caches.gatewayClasses.list().length > 0,
  });
  const cause = findings.find(({ severity }) => severity === 'error');
  return {
    gateway: key,
    condition: cause ? conditionOf(cause, 'Unknown') : ready(key),
    findings: findings.map(labelOf),
  };
}

function ready(key: string): ConditionResult {
  return { status: 'True', reason: gatewayReadyType, message: `Gateway ${key} is programmed and has an address` };
}

function labelOf({ id, severity }: Finding): GatewayHealth['findings'][number] {
  return { id, severity };
}

/** Events are about the Gateway; of one that is not there, services and the ConfigMap tell. */
function objectOf({ caches, config }: GatewayHealthOptions): Gateway | undefined {
  const { namespace, name } = gatewayOf(config.current());
  return caches.gateways.get(namespace, name);
}
