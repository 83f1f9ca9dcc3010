import type { KubeObject } from './meta.ts';

/** `metav1.StatusReason` values that an API server answers with. */
export const statusReasons = [
  'BadRequest',
  'Unauthorized',
  'Forbidden',
  'NotFound',
  'AlreadyExists',
  'Conflict',
  'Gone',
  'Expired',
  'Invalid',
  'ServerTimeout',
  'Timeout',
  'TooManyRequests',
  'MethodNotAllowed',
  'NotAcceptable',
  'RequestEntityTooLarge',
  'UnsupportedMediaType',
  'InternalError',
  'ServiceUnavailable',
] as const;
export type StatusReason = (typeof statusReasons)[number];

export interface StatusCause {
  /** `metav1.CauseType`: FieldValueInvalid, FieldValueRequired, FieldValueNotSupported … */
  reason?: string;
  message?: string;
  /** Field path such as `spec.ports[0].name`. */
  field?: string;
}

export interface StatusDetails {
  name?: string;
  group?: string;
  kind?: string;
  uid?: string;
  causes?: StatusCause[];
  retryAfterSeconds?: number;
}

/** `metav1.Status`: the answer of a failed request, and of some deletes. */
export interface Status extends KubeObject {
  apiVersion: 'v1';
  kind: 'Status';
  status: 'Success' | 'Failure';
  message?: string;
  reason?: StatusReason;
  details?: StatusDetails;
  code: number;
}

const codeOfReason: Record<StatusReason, number> = {
  BadRequest: 400,
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  MethodNotAllowed: 405,
  NotAcceptable: 406,
  AlreadyExists: 409,
  Conflict: 409,
  Gone: 410,
  Expired: 410,
  RequestEntityTooLarge: 413,
  UnsupportedMediaType: 415,
  Invalid: 422,
  TooManyRequests: 429,
  InternalError: 500,
  ServiceUnavailable: 503,
  ServerTimeout: 500,
  Timeout: 504,
};

/** A failure with a `metav1.Status`, on the server's side (to be answered) and the client's (as received). */
export class StatusError extends Error {
  override readonly name = 'StatusError';
  readonly reason: StatusReason;
  readonly code: number;
  readonly details: StatusDetails | undefined;

  constructor(
    reason: StatusReason,
    message: string,
    options: { code?: number; details?: StatusDetails; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.reason = reason;
    this.code = options.code ?? codeOfReason[reason];
    this.details = options.details;
  }

  toStatus(): Status {
    return {
      apiVersion: 'v1',
      kind: 'Status',
      metadata: {},
      status: 'Failure',
      message: this.message,
      reason: this.reason,
      ...(this.details ? { details: this.details } : {}),
      code: this.code,
    };
  }
}

/** The StatusError of a received `metav1.Status`. */
export function statusErrorFrom(status: Partial<Status>, httpCode: number): StatusError {
  const reason = statusReasons.find((known) => known === status.reason) ?? reasonOfAnswer(httpCode, status.message);
  return new StatusError(reason, status.message ?? `the server answered ${httpCode}`, {
    code: status.code ?? httpCode,
    ...(status.details ? { details: status.details } : {}),
  });
}

/** Of a failure that gives none: the most general of its code. */
function reasonOfAnswer(code: number, message = ''): StatusReason {
  if (code === 500 && isUntyped.test(message)) return 'BadRequest';
  const general = generalReasons.find((reason) => codeOfReason[reason] === code);
  return general ?? (code >= 500 ? 'InternalError' : 'BadRequest');
}

/** kube-apiserver answers 500, without a reason, when what is applied does not fit its type: two list items of one key. */
const isUntyped = /^failed to create (manager for|typed patch object)/;
const generalReasons = statusReasons.filter(
  (reason) => reason !== 'AlreadyExists' && reason !== 'Expired' && reason !== 'ServerTimeout',
);

export function isStatusError(error: unknown, ...reasons: StatusReason[]): error is StatusError {
  return error instanceof StatusError && (reasons.length === 0 || reasons.includes(error.reason));
}

/** Was a create refused because its namespace is going? Then there is nothing to retry: the owner goes too. */
export function isNamespaceTerminating(error: unknown): boolean {
  if (!isStatusError(error, 'Forbidden')) return false;
  const told = error.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating');
  return told || error.message.includes('because it is being terminated');
}
