import { type InferenceService, stopAnnotation } from '@serval/api';
import type { Deployment, KubeObject } from '@serval/kube/objects';
import type { ServingConfig } from '../../config/serving-config.ts';
import type { Loss } from '../../gateway/fit-objects.ts';
import { deploymentModeOf } from '../../inference-service/deployment-mode.ts';
import { type Rendered, renderInferenceService } from '../../inference-service/render/render-inference-service.ts';
import { isWayIn, type WayIn, wayInOf } from '../../inference-service/status/ingress-state.ts';
import { capabilitiesIn, configIn, itemsOf, routesIn } from '../settings.ts';
import type { Snapshot } from '../snapshot.ts';

/** Whether a service should have children at all. */
export function isServed(service: InferenceService, config: ServingConfig): boolean {
  return (
    service.metadata.deletionTimestamp === undefined &&
    service.metadata.annotations?.[stopAnnotation]?.toLowerCase() !== 'true' &&
    deploymentModeOf(service, config) === 'Standard'
  );
}

/** What the operator makes of a service, by the operator's own rules. */
export interface Expected {
  readonly deployments: readonly string[];
  readonly waysIn: readonly WayIn[];
  /** What the service asks for and its gateway cannot do. */
  readonly losses: readonly Loss[];
}

const nothing: Expected = { deployments: [], waysIn: [], losses: [] };

/** Nothing for a service that is not served, or cannot be; so also where runtimes could not be read, which it is made of. */
export function expectedOf(service: InferenceService, snapshot: Snapshot): Expected {
  const { runtimes, clusterRuntimes } = snapshot;
  if (!isServed(service, configIn(snapshot)) || 'unread' in runtimes || 'unread' in clusterRuntimes) return nothing;
  const rendered = render(service, snapshot);
  if (rendered.state !== 'serving') return nothing;
  return {
    deployments: rendered.objects.filter(isDeployment).map(({ metadata }) => metadata.name ?? ''),
    waysIn: rendered.objects.filter(isWayIn).map(wayInOf),
    losses: rendered.losses,
  };
}

function render(service: InferenceService, snapshot: Snapshot): Rendered {
  const { namespace } = service.metadata;
  const byName = <T extends KubeObject>(objects: readonly T[]) =>
    new Map(
      objects.filter((each) => each.metadata.namespace === namespace).map((each) => [each.metadata.name ?? '', each]),
    );
  return renderInferenceService({
    service,
    runtimes: {
      namespaced: itemsOf(snapshot.runtimes).filter(({ metadata }) => metadata.namespace === namespace),
      cluster: itemsOf(snapshot.clusterRuntimes),
    },
    config: configIn(snapshot),
    observed: {
      deployments: byName(itemsOf(snapshot.deployments)),
      routes: byName(routesIn(snapshot)),
      hasKeda: false,
      hasKnative: false,
    },
    capabilities: capabilitiesIn(snapshot),
  });
}

function isDeployment(object: KubeObject): object is Deployment {
  return object.kind === 'Deployment';
}
