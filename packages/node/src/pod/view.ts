import type { ContainerState } from '@serval/kube/objects';

export type Terminated = NonNullable<ContainerState['terminated']>;

/** What is known of a container at a moment. Decisions and status are made from it alone. */
export interface ContainerView {
  name: string;
  /** `stopping` is running with its end on the way. */
  phase: 'waiting' | 'starting' | 'running' | 'stopping' | 'exited';
  /** Why the last attempt to start it came to nothing, while `waiting`. */
  problem?: { reason: string; message: string; retryAtMs: number };
  startedAt?: string;
  /** How it ended, while `exited`. */
  terminated?: Terminated;
  /** How the run before ended. */
  lastTerminated?: Terminated;
  restartCount: number;
  containerID?: string;
  /** Running, its startup probe has succeeded and its postStart hook is done. */
  started: boolean;
  ready: boolean;
  /** A probe or hook has given it up: it is to be stopped, and restarted if the policy says so. */
  givenUp?: string;
}

export function isLive({ phase }: ContainerView): boolean {
  return phase === 'starting' || phase === 'running' || phase === 'stopping';
}
