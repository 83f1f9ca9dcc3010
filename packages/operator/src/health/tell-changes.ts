import type { EventRecorder, Log } from '@serval/kube/client';
import type { KubeObject } from '@serval/kube/objects';
import type { Failure } from './explain-failure.ts';

/** How the webhooks of one object are. */
export interface ObjectHealth {
  /** `ValidatingWebhookConfiguration/serval`. */
  readonly name: string;
  /** Nothing when it is not there. */
  readonly live: KubeObject | undefined;
  readonly webhooks: number;
  readonly failures: readonly Failure[];
}

/** Less than it takes until the next round while something fails. */
const passingMs = 4_000;

interface Illness {
  since: number;
  /** The sentence that was told last. */
  logged: string | undefined;
  recorded: string | undefined;
}

/**
 * Tells in the log, and as Events of the object, when its webhooks fall ill and when they are well again: one sentence for all of
 * them, as most ills are common to all. What passes at once is not told, such as an authority that is being announced.
 */
export function createTellChanges(
  log: Log,
  events: () => EventRecorder | undefined,
  now: () => number,
): (health: ObjectHealth) => void {
  const illnesses = new Map<string, Illness>();
  return ({ name, live, webhooks, failures }) => {
    const [first] = failures;
    const recorder = events();
    if (!first) {
      const before = illnesses.get(name);
      if (!before) return;
      if (before.logged !== undefined) log.info({ object: name }, 'webhooks answer again');
      before.logged = undefined;
      before.since = now();
      // Who told of the ill tells of its end, even when it has to lead again first.
      if (before.recorded !== undefined && live && !recorder) return;
      if (before.recorded !== undefined && live)
        recorder?.record(live, 'Normal', 'WebhooksAnswer', `${name} answers again`);
      illnesses.delete(name);
      return;
    }
    const ill = illnesses.get(name) ?? { since: now(), logged: undefined, recorded: undefined };
    illnesses.set(name, ill);
    if (now() - ill.since < passingMs) return;
    const sentence = `${failures.length} of ${webhooks}: ${first.reason}; ${first.wayOut}`;
    if (ill.logged !== sentence) {
      log.error(
        { object: name, failing: failures.length, reason: first.reason, wayOut: first.wayOut },
        'webhooks fail',
      );
      ill.logged = sentence;
    }
    // Who does not lead records nothing, and does when it leads later.
    if (!live || !recorder || ill.recorded === sentence) return;
    recorder.record(live, 'Warning', 'WebhooksFail', sentence);
    ill.recorded = sentence;
  };
}
