import { type Promotion, promotions } from '@serval/api';
import type { Client } from '@serval/kube/client';
import { CliError } from '../command/cli-error.ts';
import { followObject } from '../resources/follow-object.ts';

export interface FollowOptions {
  client: Client;
  /** Told of every state. */
  seen: (promotion: Promotion) => void;
  timeoutMs: number;
  /** What is waited for. */
  until: (promotion: Promotion) => boolean;
  signal: AbortSignal;
}

/**
 * Follows a Promotion until what is wanted has come, or as long as is wanted; answers its last state.
 *
 * @throws CliError NotReady where somebody deletes it
 */
export async function followPromotion(promotion: Promotion, options: FollowOptions): Promise<Promotion> {
  const { client, seen, timeoutMs, until, signal } = options;
  const { namespace = '', name = '' } = promotion.metadata;
  // Timers take no more.
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(Math.min(timeoutMs, 2 ** 31 - 1))]);
  let last = promotion;
  try {
    for await (const state of followObject(client, promotions, { namespace, name }, { signal: deadline })) {
      if (state === undefined) throw new CliError('NotReady', `Promotion ${namespace}/${name} was deleted meanwhile`);
      last = state;
      seen(state);
      if (until(state)) break;
    }
  } catch (error) {
    // A request that the deadline has cut off is no failure of its own.
    if (!deadline.aborted) throw error;
  }
  signal.throwIfAborted();
  return last;
}
