import { type Client, type Clock, createEventRecorder, type Log, systemClock } from '@serval/kube/client';
import { startAutoscalerController } from './autoscaler/controller.ts';
import { startDeploymentController } from './deployment/controller.ts';
import { startEndpointsController } from './endpoints/controller.ts';
import { startGarbageCollector } from './garbage-collector/controller.ts';
import { startJobController } from './job/controller.ts';
import { startNamespaceController } from './namespace/controller.ts';
import { startPodCleanup } from './pod-cleanup/controller.ts';
import { startReplicaSetController } from './replica-set/controller.ts';
import { startServiceAccountController } from './service-account/controller.ts';
import { createCaches } from './shared/caches.ts';
import type { ControllerContext, StartController } from './shared/context.ts';
import { createDiscoveredKinds } from './shared/discovered-kinds.ts';
import { startVolumeController } from './volumes/controller.ts';

export interface Controllers {
  /** Stops all controllers; resolves when none is at work any more. */
  close(): Promise<void>;
}

const all: readonly StartController[] = [
  startDeploymentController,
  startReplicaSetController,
  startEndpointsController,
  startServiceAccountController,
  startGarbageCollector,
  startNamespaceController,
  startVolumeController,
  startAutoscalerController,
  startPodCleanup,
  startJobController,
];

/** Starts what a cluster's controller manager does, as far as one machine needs it. Settled, it writes nothing. */
export function startControllers({
  client,
  log,
  signal,
  clock = systemClock,
}: {
  client: Client;
  log: Log;
  signal?: AbortSignal;
  clock?: Clock;
}): Controllers {
  const ending = new AbortController();
  const ended = signal ? AbortSignal.any([signal, ending.signal]) : ending.signal;
  const context: ControllerContext = {
    client,
    clock,
    log,
    signal: ended,
    kinds: createDiscoveredKinds({ client, clock, log, signal: ended }),
    caches: createCaches({ client, clock, log, signal: ended }),
    recorder: (component) => createEventRecorder({ client, component, log, clock, signal: ended }),
  };
  const controllers = all.map((start) => start(context));
  const stop = async () => {
    ending.abort(new Error('the controllers are closed'));
    await Promise.all(controllers.map((controller) => controller.close()));
  };
  ended.addEventListener('abort', () => void stop(), { once: true });
  return { close: stop };
}
