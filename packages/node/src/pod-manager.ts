import { type EventRecorder, type Reflector, rfc3339, sleep } from '@serval/kube/client';
import { isStatusError, type KubeObject, keyOf, type Pod, pods } from '@serval/kube/objects';
import { messageOf } from './errors.ts';
import type { PodDeps } from './pod/deps.ts';
import { podReferences, type ReferencedKind } from './pod/references.ts';
import { createPodWorker, type PodWorker } from './pod/worker.ts';
import { bindPod, reportUnschedulable, unschedulableReason, wantsBinding } from './registration/binding.ts';
import type { Scheduling } from './registration/node-object.ts';

export interface PodManager {
  /** Pods that this node runs. */
  workers(): readonly PodWorker[];
  find(namespace: string, name: string): PodWorker | undefined;
  /** Resolves when the status of every Pod found at the start tells what is so now, not what was before. */
  settled(): Promise<void>;
  /** An object that Pods may read has changed. */
  objectChanged(kind: ReferencedKind, object: KubeObject): void;
  close(options: { stopPods: boolean }): Promise<void>;
}

interface ManagerOptions {
  deps: PodDeps;
  reflector: Reflector<Pod>;
  nodeLabels: Readonly<Record<string, string>>;
  scheduling: Scheduling;
  recorder: EventRecorder;
  signal: AbortSignal;
}

/** On close, a Pod gets its own grace period, but no more than this: a person waits at the terminal. */
const closeGraceLimitMs = 30_000;
const retryMs = 500;

/** Keeps one worker per Pod of this node, and binds Pods that have no node. */
export function startPodManager({
  deps,
  reflector,
  nodeLabels,
  scheduling,
  recorder,
  signal,
}: ManagerOptions): PodManager {
  const { client, clock, log, nodeName } = deps;
  const starting = new Map<string, Promise<PodWorker>>();
  const running = new Map<string, PodWorker>();
  /** Deleted by us, still shown until finalizers of others are gone. */
  const finished = new Set<string>();
  let closing = false;
  /** The node ends at once: nothing is told any more. */
  const silenced = new AbortController();
  const telling = AbortSignal.any([signal, silenced.signal]);

  function take(pod: Pod): void {
    const uid = pod.metadata.uid ?? '';
    if (closing || finished.has(uid)) return;
    if (pod.spec.nodeName === nodeName) {
      const known = starting.get(uid);
      if (known) void known.then((worker) => worker.update(pod));
      else starting.set(uid, start(pod));
    } else if (scheduling === 'own' && wantsBinding(pod)) void bind(pod);
  }

  async function start(pod: Pod): Promise<PodWorker> {
    const worker = await createPodWorker(deps, pod, finish);
    running.set(worker.uid, worker);
    return worker;
  }

  async function bind(pod: Pod): Promise<void> {
    try {
      const refusal = unschedulableReason(pod, nodeLabels);
      if (refusal !== undefined) {
        await reportUnschedulable(client, pod, refusal, rfc3339(clock.now()), signal);
        recorder.record(pod, 'Warning', 'FailedScheduling', refusal);
        return;
      }
      await bindPod(client, pod, nodeName, signal);
      recorder.record(pod, 'Normal', 'Scheduled', `Successfully assigned ${keyOf(pod.metadata)} to ${nodeName}`);
    } catch (error) {
      // Bound by another, or gone: the watch tells.
      if (signal.aborted || isStatusError(error, 'Conflict', 'NotFound')) return;
      log.warn({ pod: keyOf(pod.metadata), error: messageOf(error) }, 'a Pod was not bound, trying again');
      await sleep(clock, retryMs, signal);
      const current = reflector.get(pod.metadata.namespace ?? '', pod.metadata.name ?? '');
      if (!signal.aborted && current && current.metadata.uid === pod.metadata.uid && wantsBinding(current)) {
        void bind(current);
      }
    }
  }

  /** The Pod's processes and directory are gone: so is the Pod. */
  async function finish(pod: Pod): Promise<void> {
    const { uid = '', namespace, name = '' } = pod.metadata;
    finished.add(uid);
    forget(uid);
    while (!telling.aborted) {
      try {
        await client.delete(
          pods,
          { namespace, name },
          { gracePeriodSeconds: 0, preconditions: { uid }, signal: telling },
        );
        return;
      } catch (error) {
        if (telling.aborted || isStatusError(error, 'NotFound', 'Conflict')) return;
        log.warn({ pod: keyOf(pod.metadata), error: messageOf(error) }, 'a Pod was not deleted, trying again');
        await sleep(clock, retryMs, telling);
      }
    }
  }

  function forget(uid: string): void {
    starting.delete(uid);
    running.delete(uid);
  }

  function drop(uid: string): void {
    finished.delete(uid);
    void starting.get(uid)?.then(async (worker) => {
      await worker.remove();
      forget(uid);
    });
  }

  const unsubscribe = reflector.onChange(({ type, object, old }) => {
    const uid = object.metadata.uid ?? '';
    if (type === 'deleted') return drop(uid);
    // A new Pod of the same name whose predecessor's end was missed.
    if (old && old.metadata.uid !== uid) drop(old.metadata.uid ?? '');
    take(object);
  });
  for (const pod of reflector.list()) take(pod);

  return {
    workers: () => [...running.values()],
    find: (namespace, name) =>
      [...running.values()].find(({ pod }) => keyOf(pod().metadata) === keyOf({ namespace, name })),
    async settled() {
      const workers = await Promise.all(starting.values());
      await Promise.all(workers.map((worker) => worker.settled()));
    },
    objectChanged(kind, object) {
      for (const worker of running.values()) if (podReferences(worker.pod(), kind, object)) worker.refresh();
    },
    async close({ stopPods }) {
      closing = true;
      unsubscribe();
      if (!stopPods) silenced.abort();
      const workers = await Promise.all(starting.values());
      const graceMs = (worker: PodWorker): number =>
        Math.min((worker.pod().spec.terminationGracePeriodSeconds ?? 30) * 1000, closeGraceLimitMs);
      await Promise.all(workers.map((worker) => (stopPods ? worker.stop(graceMs(worker)) : worker.kill())));
    },
  };
}
