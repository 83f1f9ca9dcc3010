import { checkObject, isLeaving, type KindDefaults, type KindVersion, unknownFields } from '@serval/api';
import type { KubeObject } from '@serval/kube/objects';
import type { FieldError } from '@serval/kube/schema';
import { type AdmissionRequest, type AdmissionResponse, allowed, denied } from './admission-review.ts';
import type { WebhookHandler } from './handlers.ts';
import { jsonDiff } from './json-diff.ts';
import { answerUnknownFields } from './unknown-fields.ts';

/**
 * Writes out the defaults that the kind declares. An object that only gets rid of a finalizer stays as it is: it must pass, and so must
 * not change in anything else.
 *
 * Where defaulting moves a part (the framework form of a model), this is the last that sees its fields where their author wrote
 * them, so unknown ones among them are told here, and all others by the validation.
 */
export function defaultingHandler(kind: KindVersion, defaults: () => KindDefaults): WebhookHandler {
  return async (request) => {
    const object = request.object as KubeObject;
    if (!kind.default || isLeaving(object, request.oldObject ?? undefined)) return allowed(request.uid);
    const defaulted = kind.default(object, defaults());
    const patch = jsonDiff(object, defaulted);
    if (patch.length === 0) return allowed(request.uid);
    const staying = new Set(unknownFields(defaulted).map(({ path }) => path));
    const moved = answerUnknownFields(request, ({ path }) => !staying.has(path));
    if (moved.errors.length > 0) return denied(request, [], moved.errors);
    return withWarnings(allowed(request.uid, patch), moved.warnings);
  };
}

/** What is looked at besides the kind's own rules. Each answers all errors that it finds. */
export interface MoreChecks {
  /** Against other objects. */
  readonly among?: (object: KubeObject, request: AdmissionRequest) => FieldError[];
  readonly warnings?: (object: KubeObject) => string[];
}

/**
 * Checks the object against the full schema of its kind, Pods down to their last field, and by the rules that the kind declares; answers
 * every error at once. What was wrong before and did not change passes.
 */
export function validatingHandler({ among, warnings }: MoreChecks = {}): WebhookHandler {
  return async (request) => {
    const object = request.object as KubeObject;
    const old = request.oldObject ?? undefined;
    if (object.metadata.deletionTimestamp || isLeaving(object, old)) return allowed(request.uid);
    const unknown = answerUnknownFields(request);
    const checked = checkObject(object, { old, fieldValidation: 'Ignore' });
    const errors = [...checked.errors, ...(among?.(object, request) ?? [])];
    const isValid = errors.length + unknown.errors.length === 0;
    const response = isValid ? allowed(request.uid) : denied(request, errors, unknown.errors);
    return withWarnings(response, [...unknown.warnings, ...checked.warnings, ...(warnings?.(object) ?? [])]);
  };
}

function withWarnings(response: AdmissionResponse, warnings: string[]): AdmissionResponse {
  return warnings.length > 0 ? { ...response, warnings } : response;
}
