import type { Log } from '@serval/kube/client';
import { AdmissionRequestError, type AdmissionReview, parseAdmissionReview, reviewOf } from './admission-review.ts';
import {
  type ConversionReview,
  type ConvertObject,
  convertReview,
  parseConversionReview,
} from './conversion-review.ts';
import type { WebhookHandler } from './handlers.ts';
import { lenientPaths, webhookPaths } from './paths.ts';

/** An API server waits ten seconds for a webhook by default; an answer after that helps nobody. */
const handlerTimeoutMs = 9000;

export type Webhooks = (path: string, body: unknown) => Promise<AdmissionReview | ConversionReview>;

export interface DispatchOptions {
  readonly handlers: ReadonlyMap<string, WebhookHandler>;
  readonly convert: ConvertObject;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** What the handlers look at is there; until then admission waits, within the time that API servers wait for us. */
  readonly synced: Promise<unknown>;
}

/**
 * Answers a review by the handler of its path. A failure of ours is an answer too, so that the request's sender learns what went
 * wrong. Conversion waits for nothing: API servers need it before any list of the kinds is complete.
 *
 * @throws AdmissionRequestError, ConversionRequestError for an unknown path or a body that is no review.
 */
export function createWebhookDispatcher(options: DispatchOptions): Webhooks {
  return async (path, body) => {
    const bare = path.split('?')[0] ?? path;
    return bare === webhookPaths.convert ? convert(body, options) : await admit(bare, body, options);
  };
}

function convert(body: unknown, { convert, log }: DispatchOptions): ConversionReview {
  const request = parseConversionReview(body);
  const review = convertReview(request, convert);
  const result = review.response?.result;
  if (result?.status !== 'Success') log.error({ path: webhookPaths.convert, error: result?.message }, 'webhook failed');
  return review;
}

async function admit(
  path: string,
  body: unknown,
  { handlers, log, signal, synced }: DispatchOptions,
): Promise<AdmissionReview> {
  const handler = handlers.get(path);
  if (!handler) throw new AdmissionRequestError(`there is no webhook at ${path}`);
  const request = parseAdmissionReview(body);
  if (typeof request.object !== 'object' || request.object === null || !request.object.metadata) {
    throw new AdmissionRequestError(`an AdmissionReview of ${request.operation} needs request.object`);
  }
  try {
    const ending = AbortSignal.any([signal, AbortSignal.timeout(handlerTimeoutMs)]);
    await until(synced, ending);
    return reviewOf(await handler(request, ending));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    log.error({ path, namespace: request.namespace, name: request.name, error: message }, 'webhook failed');
    if (lenientPaths.has(path)) {
      return reviewOf({ uid: request.uid, allowed: true, warnings: [`serval could not check this: ${message}`] });
    }
    const status = { status: 'Failure', code: 500, reason: 'InternalError', message } as const;
    return reviewOf({ uid: request.uid, allowed: false, status });
  }
}

/** Resolves with the promise, or rejects when the signal aborts first. */
async function until(promise: Promise<unknown>, signal: AbortSignal): Promise<void> {
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(new Error('the operator has not read its configuration and runtimes in time'));
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
