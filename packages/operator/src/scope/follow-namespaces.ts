import { inferenceServices } from '@serval/api';
import { type Client, type Clock, type Log, sleep } from '@serval/kube/client';
import { isStatusError, namespaces } from '@serval/kube/objects';

/** `unreadable`: the API server does not say whether it exists, and nothing in it may be read. */
type NamespaceState = 'present' | 'absent' | 'unreadable';

export interface FollowNamespacesOptions {
  readonly client: Client;
  readonly names: readonly string[];
  /** Told once it is there, and may be read. */
  readonly onPresent: (name: string) => void;
  /** Told when it no longer exists. */
  readonly onAbsent: (name: string) => void;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

export interface FollowedNamespaces {
  /** Resolves when each of them has been looked at. */
  readonly first: Promise<void>;
  /** Why services of a namespace are not served. */
  problems(): readonly { readonly namespace: string; readonly problem: string }[];
}

/** Somebody who has just made a namespace waits for it; one that is there seldom goes. */
const lookAgainMs = { absent: 10_000, unreadable: 10_000, present: 60_000 } as const;
const retryMs = 2_000;

const problemOf = {
  absent: 'it does not exist; its services are served once it does',
  unreadable: 'nothing in it may be read: it does not exist, or the operator has no Role there',
} as const;

/** Looks, from time to time, which of the namespaces exist: to watch them would take a right over all of them. */
export function followNamespaces(options: FollowNamespacesOptions): FollowedNamespaces {
  const { client, names, clock, log, signal } = options;
  const states = new Map<string, NamespaceState>();

  async function stateOf(name: string): Promise<NamespaceState> {
    try {
      await client.get(namespaces, { name }, { signal });
      return 'present';
    } catch (error) {
      if (isStatusError(error, 'NotFound')) return 'absent';
      if (!isStatusError(error, 'Forbidden')) throw error;
    }
    try {
      // Rights may have been given in another way than by the roles of the installation.
      await client.list(inferenceServices, { namespace: name, limit: 1, signal });
      return 'present';
    } catch (error) {
      if (isStatusError(error, 'NotFound')) return 'present';
      if (isStatusError(error, 'Forbidden')) return 'unreadable';
      throw error;
    }
  }

  function become(name: string, state: NamespaceState): void {
    const before = states.get(name);
    if (before === state) return;
    // Rights that went may come back: what is known of a namespace stays until it is gone.
    if (before === 'present' && state === 'unreadable') return;
    states.set(name, state);
    if (state === 'present') {
      if (before !== undefined) log.info({ namespace: name }, 'the namespace is there, and served from now on');
      options.onPresent(name);
    } else {
      log.warn({ namespace: name, problem: problemOf[state] }, 'a namespace of the list is not served');
      if (before === 'present') options.onAbsent(name);
    }
  }

  /** @returns how long to wait until the next look. */
  async function look(name: string): Promise<number> {
    try {
      become(name, await stateOf(name));
    } catch (error) {
      if (!signal.aborted) log.debug({ namespace: name, error: String(error) }, 'a namespace could not be looked at');
      return retryMs;
    }
    return lookAgainMs[states.get(name) ?? 'absent'];
  }

  async function follow(name: string, looked: () => void): Promise<void> {
    while (!signal.aborted) {
      const waitMs = await look(name);
      if (states.has(name)) looked();
      await sleep(clock, waitMs, signal);
    }
  }

  const first = Promise.all(names.map((name) => new Promise<void>((looked) => void follow(name, looked)))).then(
    () => {},
  );
  return {
    first,
    problems: () =>
      names.flatMap((namespace) => {
        const state = states.get(namespace);
        return state === 'absent' || state === 'unreadable' ? [{ namespace, problem: problemOf[state] }] : [];
      }),
  };
}
