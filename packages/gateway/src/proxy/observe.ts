import type { ServerResponse } from 'node:http';
import type { Outcome } from './exchange.ts';

/** What is known of a request when it is over. Hand in `observe` to count or log it; it must be quick. */
export interface Observation {
  listener: 'external' | 'internal';
  method: string;
  status: number;
  /** `namespace/name` of the HTTPRoute. */
  route: string | undefined;
  /** `namespace/name:port`. */
  service: string | undefined;
  endpoint: string | undefined;
  attempts: number;
  durationMs: number;
  /** The client went away before the end. */
  aborted: boolean;
}

export type Observe = (observation: Observation) => void;

type Known = Pick<Observation, 'listener' | 'method' | 'route' | 'service'> & { startedAt: number };

/** Tells the observer once the response has ended or was given up. */
export function observeEnd(
  { observe, clock }: { observe: Observe | undefined; clock: () => number },
  res: ServerResponse,
  { startedAt, ...known }: Known,
  exchange: { readonly outcome: Outcome } | undefined,
): void {
  res.once('close', () =>
    observe?.({
      ...known,
      status: res.statusCode,
      endpoint: exchange?.outcome.endpoint,
      attempts: exchange?.outcome.attempts ?? 0,
      durationMs: clock() - startedAt,
      aborted: !res.writableFinished,
    }),
  );
}
