import type { Container, Pod } from '@serval/kube/objects';
import { hasSucceeded } from '../container/termination.ts';
import { type Backoff, durationText, restartAtMs } from './backoff.ts';
import { type ContainerView, isLive } from './view.ts';

export interface DecideInput {
  pod: Pod;
  views: ReadonlyMap<string, ContainerView>;
  backoffs: ReadonlyMap<string, Backoff>;
  nowMs: number;
  /** When the node first saw the Pod. */
  startedAtMs: number;
  /** The Pod is being deleted, or the node is closing. */
  terminating: boolean;
}

export interface Decision {
  start: string[];
  stop: { name: string; message: string }[];
  /** Message of `CrashLoopBackOff` by container. */
  crashLoops: Map<string, string>;
  /** The Pod as a whole has failed and nothing is started any more. */
  failure?: { reason?: string; message?: string };
  /** Nothing runs and nothing will. */
  finished: boolean;
  /** When to decide again though nothing happens. */
  wakeAtMs?: number;
}

/** What to do about a Pod's containers, from its spec, what they do, and the time: nothing else. */
export function decide(input: DecideInput): Decision {
  const { pod, views, nowMs } = input;
  const decision: Decision = { start: [], stop: [], crashLoops: new Map(), finished: false };
  const { activeDeadlineSeconds } = pod.spec;
  const mains = viewsOf(pod.spec.containers, views);
  const inits = viewsOf(pod.spec.initContainers ?? [], views);

  if (activeDeadlineSeconds !== undefined && !input.terminating && !isOver(input)) {
    const deadlineMs = input.startedAtMs + activeDeadlineSeconds * 1000;
    if (nowMs >= deadlineMs) {
      decision.failure = {
        reason: 'DeadlineExceeded',
        message: 'Pod was active on the node longer than the specified deadline',
      };
    } else wakeAt(decision, deadlineMs);
  }
  const over = isOver(input);
  if (decision.failure || input.terminating) {
    stopInOrder(decision, [...mains, ...inits.filter(({ container }) => !isSidecar(container))], inits);
  } else if (over) {
    stopSidecars(decision, inits);
  } else if (startInits(decision, input, inits)) {
    for (const entry of mains) startOrGiveUp(decision, input, entry, pod.spec.restartPolicy ?? 'Always');
  }
  decision.finished =
    (input.terminating || decision.failure !== undefined || over) && [...views.values()].every((v) => !isLive(v));
  return decision;
}

interface Entry {
  container: Container;
  view: ContainerView;
}

function viewsOf(containers: readonly Container[], views: ReadonlyMap<string, ContainerView>): Entry[] {
  return containers.flatMap((container) => {
    const view = views.get(container.name);
    return view ? [{ container, view }] : [];
  });
}

export function isSidecar(container: Container): boolean {
  return container.restartPolicy === 'Always';
}

/** Goes through init containers in order. @returns whether the way is free for the others */
function startInits(decision: Decision, input: DecideInput, inits: readonly Entry[]): boolean {
  const initialised = hasInitialised(input);
  for (const entry of inits) {
    const { container, view } = entry;
    if (isSidecar(container)) {
      startOrGiveUp(decision, input, entry, 'Always');
      if (!initialised && !view.started) return false;
      continue;
    }
    if (initialised || (view.phase === 'exited' && hasSucceeded(view.terminated))) continue;
    const policy = input.pod.spec.restartPolicy === 'Never' ? 'Never' : 'OnFailure';
    if (view.phase === 'exited' && policy === 'Never') {
      decision.failure = {};
      stopSidecars(decision, inits);
      return false;
    }
    startOrGiveUp(decision, input, entry, policy);
    return false;
  }
  return true;
}

/** A main container that has run once means that initialisation is over and is not done again. */
function hasInitialised({ pod, views }: DecideInput): boolean {
  return pod.spec.containers.some(({ name }) => views.get(name)?.containerID !== undefined);
}

function startOrGiveUp(
  decision: Decision,
  input: DecideInput,
  { container: { name }, view }: Entry,
  policy: 'Always' | 'OnFailure' | 'Never',
): void {
  const { nowMs, pod } = input;
  if (view.givenUp && view.phase === 'running') {
    decision.stop.push({ name, message: view.givenUp });
  } else if (view.phase === 'waiting') {
    const retryAtMs = view.problem?.retryAtMs ?? nowMs;
    if (retryAtMs <= nowMs) decision.start.push(name);
    else wakeAt(decision, retryAtMs);
  } else if (view.phase === 'exited' && shouldRestart(view, policy)) {
    const backoff = input.backoffs.get(name);
    const at = restartAtMs(backoff, Date.parse(view.terminated?.finishedAt ?? '') || 0);
    if (at <= nowMs) {
      decision.start.push(name);
      return;
    }
    wakeAt(decision, at);
    const { metadata } = pod;
    decision.crashLoops.set(
      name,
      `back-off ${durationText(backoff?.delayMs ?? 0)} restarting failed container=${name} pod=${metadata.name}_${metadata.namespace}(${metadata.uid})`,
    );
  }
}

function shouldRestart({ terminated }: ContainerView, policy: 'Always' | 'OnFailure' | 'Never'): boolean {
  return policy === 'Always' || (policy === 'OnFailure' && !hasSucceeded(terminated));
}

/** Whether all main containers have ended for good. */
function isOver({ pod, views }: DecideInput): boolean {
  const policy = pod.spec.restartPolicy ?? 'Always';
  return viewsOf(pod.spec.containers, views).every(
    ({ view }) => view.phase === 'exited' && !shouldRestart(view, policy),
  );
}

/** First everything but the sidecars, then these, last first (Kubernetes' order of termination). */
function stopInOrder(decision: Decision, first: readonly Entry[], inits: readonly Entry[]): void {
  for (const { container, view } of first) requestStop(decision, container.name, view);
  if (first.every(({ view }) => !isLive(view))) stopSidecars(decision, inits);
}

function stopSidecars(decision: Decision, inits: readonly Entry[]): void {
  const live = inits.filter(({ container, view }) => isSidecar(container) && isLive(view));
  const last = live.at(-1);
  if (last) requestStop(decision, last.container.name, last.view);
}

/** Also of one that is being stopped: there may be less time now than there was. */
function requestStop(decision: Decision, name: string, view: ContainerView): void {
  if (isLive(view)) decision.stop.push({ name, message: `Stopping container ${name}` });
}

function wakeAt(decision: Decision, atMs: number): void {
  decision.wakeAtMs = Math.min(decision.wakeAtMs ?? atMs, atMs);
}
