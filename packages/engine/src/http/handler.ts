import type { ApiRequest, ApiResponse, Transport } from '@serval/kube/client';
import { StatusError } from '@serval/kube/objects';
import { impersonate } from '../access/index.ts';
import { badRequest } from '../registry/errors.ts';
import type { User } from '../registry/request-options.ts';
import { WriteConflict } from '../store/change.ts';
import { errorAnswer } from './answer.ts';
import { administrator } from './authenticate.ts';
import { authorize, isPublic } from './authorize.ts';
import type { RequestContext } from './context.ts';
import { linkSignals, releasing } from './request-signal.ts';
import { route } from './route.ts';
import type { Services } from './services.ts';

const none = new Uint8Array();
// Upstream's default for requests that are not watches (max-requests-inflight + max-mutating-requests-inflight).
const maxInFlight = 600;

export interface HandlerOptions {
  services: Services;
  authenticate(authorization: string | undefined): User;
  /** Aborted when the engine closes. */
  closing: AbortSignal;
}

/**
 * Answers requests, whatever carried them. Errors become `metav1.Status` answers. `trusted` callers (in-process) need
 * no token.
 */
export function createHandler({ services, authenticate, closing }: HandlerOptions): (trusted: boolean) => Transport {
  let inFlight = 0;

  async function answer(request: ApiRequest, trusted: boolean): Promise<ApiResponse> {
    const warnings: string[] = [];
    if (inFlight >= maxInFlight) {
      return errorAnswer(
        new StatusError('TooManyRequests', 'too many requests, please try again later', {
          details: { retryAfterSeconds: 1 },
        }),
      );
    }
    inFlight += 1;
    const { signal, release } = linkSignals(request.signal, closing);
    let isStream = false;
    try {
      const context = contextOf(request, trusted, warnings, signal);
      authorize(services, context);
      const response = withWarnings(await route(services, context), warnings);
      isStream = response.headers['transfer-encoding'] !== undefined;
      return isStream ? { ...response, body: releasing(response.body, release) } : response;
    } catch (error) {
      return withWarnings(errorAnswer(statusOf(error, request, services)), warnings);
    } finally {
      inFlight -= 1;
      if (!isStream) release();
    }
  }

  function contextOf(request: ApiRequest, trusted: boolean, warnings: string[], signal: AbortSignal): RequestContext {
    const headers = request.headers ?? {};
    const mark = request.path.indexOf('?');
    const pathname = mark < 0 ? request.path : request.path.slice(0, mark);
    const { body } = request;
    const anonymous = isPublic(pathname) || (trusted && headers['authorization'] === undefined);
    return {
      request,
      pathname,
      query: new URLSearchParams(mark < 0 ? '' : request.path.slice(mark + 1)),
      headers,
      body: body === undefined ? none : typeof body === 'string' ? Buffer.from(body) : body,
      user: impersonate(
        anonymous ? administrator : authenticate(headers['authorization']),
        headers,
        services.authorizer,
      ),
      signal,
      warnings,
    };
  }

  return (trusted) => (request) => {
    request.signal?.throwIfAborted();
    return answer(request, trusted);
  };
}

function statusOf(error: unknown, request: ApiRequest, { log }: Services): StatusError {
  if (error instanceof StatusError) return error;
  if (error instanceof URIError) return badRequest(`the path is not a valid URL path: ${error.message}`);
  if (error instanceof WriteConflict) return new StatusError('Conflict', error.message);
  const message = error instanceof Error ? error.message : String(error);
  log.error(
    {
      method: request.method,
      path: request.path,
      error: message,
      stack: error instanceof Error ? error.stack : undefined,
    },
    'request failed',
  );
  return new StatusError('InternalError', `Internal error occurred: ${message}`, { cause: error });
}

/** RFC 7234 warnings, as kubectl prints them. */
function withWarnings(response: ApiResponse, warnings: string[]): ApiResponse {
  if (warnings.length === 0) return response;
  const texts = [...new Set(warnings)].slice(0, 32).map((text) => `299 - "${escapeWarning(text)}"`);
  return { ...response, headers: { ...response.headers, warning: texts.join(', ') } };
}

function escapeWarning(text: string): string {
  return text
    .slice(0, 4096)
    .replace(/[^\x20-\x7e]/g, '?')
    .replace(/["\\]/g, '\\$&');
}
