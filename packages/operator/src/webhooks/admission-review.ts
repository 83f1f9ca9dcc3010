import type { AnyObject, JsonPatchOperation, Status, StatusCause } from '@serval/kube/objects';
import type { FieldError } from '@serval/kube/schema';

export interface AdmissionRequest {
  uid: string;
  kind: { group: string; version: string; kind: string };
  resource?: { group: string; version: string; resource: string };
  name?: string;
  namespace?: string;
  operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
  object?: AnyObject | null;
  oldObject?: AnyObject | null;
  dryRun?: boolean;
  /** Who asks, as the API server authenticated it. */
  userInfo?: RequestUser;
  /** `CreateOptions` or `UpdateOptions` of the operation; a patch brings these too. */
  options?: { fieldValidation?: string } | null;
}

export interface RequestUser {
  username?: string;
  uid?: string;
  groups?: string[];
  extra?: Record<string, string[]>;
}

export interface AdmissionResponse {
  uid: string;
  allowed: boolean;
  status?: Partial<Status>;
  patchType?: 'JSONPatch';
  /** Base64 of a JSON patch. */
  patch?: string;
  warnings?: string[];
}

/** `admission.k8s.io/v1 AdmissionReview`. */
export interface AdmissionReview {
  apiVersion: 'admission.k8s.io/v1';
  kind: 'AdmissionReview';
  request?: AdmissionRequest;
  response?: AdmissionResponse;
}

export class AdmissionRequestError extends Error {
  override readonly name = 'AdmissionRequestError';
}

/** @throws AdmissionRequestError for anything but an AdmissionReview v1 with a request. */
export function parseAdmissionReview(body: unknown): AdmissionRequest {
  const review = body as Partial<AdmissionReview> | null;
  if (review?.kind !== 'AdmissionReview' || review.apiVersion !== 'admission.k8s.io/v1') {
    throw new AdmissionRequestError('expected an AdmissionReview of admission.k8s.io/v1');
  }
  if (typeof review.request?.uid !== 'string') throw new AdmissionRequestError('an AdmissionReview needs request.uid');
  return review.request;
}

export function reviewOf(response: AdmissionResponse): AdmissionReview {
  return { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response };
}

export function allowed(uid: string, patch: readonly JsonPatchOperation[] = []): AdmissionResponse {
  if (patch.length === 0) return { uid, allowed: true };
  return {
    uid,
    allowed: true,
    patchType: 'JSONPatch',
    patch: Buffer.from(JSON.stringify(patch)).toString('base64'),
  };
}

/** For what is not a field of the object: something it refers to. */
export function refused(uid: string, message: string): AdmissionResponse {
  return { uid, allowed: false, status: { status: 'Failure', code: 403, reason: 'Forbidden', message } };
}

/**
 * Every error in one answer, as an API server tells its own: code 422, reason Invalid, one cause per field.
 *
 * @param unknown  Fields that nobody knows: their messages name them already.
 */
export function denied(
  { uid, kind, name }: AdmissionRequest,
  errors: readonly FieldError[],
  unknown: readonly FieldError[] = [],
): AdmissionResponse {
  const causes = [...unknown, ...errors].map(
    ({ path, reason, message }): StatusCause => ({ field: path, reason, message }),
  );
  const list = [...unknown.map(({ message }) => message), ...errors.map(({ path, message }) => `${path}: ${message}`)];
  return {
    uid,
    allowed: false,
    status: {
      status: 'Failure',
      code: 422,
      reason: 'Invalid',
      message: `${kind.kind} ${JSON.stringify(name ?? '')} is invalid: ${list.join('; ')}`,
      details: { group: kind.group, kind: kind.kind, ...(name ? { name } : {}), causes },
    },
  };
}
