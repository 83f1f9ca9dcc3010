import type { Pod } from '@serval/kube/objects';
import { containersOf } from '../container/environment.ts';

/** A Pod that is gone from the API without a grace period gets this long. */
export const forcedGraceMs = 1_000;

/** @param givenUp  a container that a probe has given up: the probe may have a grace period of its own */
export function graceMsOf(pod: Pod, givenUp?: string): number {
  const container = containersOf(pod).find(({ name }) => name === givenUp);
  const own =
    container?.livenessProbe?.terminationGracePeriodSeconds ?? container?.startupProbe?.terminationGracePeriodSeconds;
  return (own ?? pod.spec.terminationGracePeriodSeconds ?? 30) * 1000;
}

export function deletionGraceMs(pod: Pod): number {
  const seconds = pod.metadata.deletionGracePeriodSeconds;
  return seconds === undefined ? graceMsOf(pod) : Math.max(seconds * 1000, forcedGraceMs);
}
