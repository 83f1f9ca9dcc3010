import type { KindDefaults, KindVersion } from '@serval/api';
import type { KubeObject } from '@serval/kube/objects';
import type { FieldError } from '@serval/kube/schema';
import { type AdmissionRequest, type AdmissionResponse, allowed, denied } from './admission-review.ts';
import type { WebhookHandler } from './handlers.ts';
import { jsonDiff } from './json-diff.ts';

/** Writes out the defaults that the kind declares. */
export function defaultingHandler(kind: KindVersion, defaults: () => KindDefaults): WebhookHandler {
  return async ({ uid, object }) => {
    const given = object as KubeObject;
    return allowed(uid, jsonDiff(given, kind.default?.(given, defaults()) ?? given));
  };
}

/** What is looked at besides the kind's own rules. Each answers all errors that it finds. */
export interface MoreChecks {
  /** Against other objects. */
  readonly among?: (object: KubeObject, request: AdmissionRequest) => FieldError[];
  readonly warnings?: (object: KubeObject) => string[];
}

/** Checks what the kind declares, and answers every error at once. */
export function validatingHandler(kind: KindVersion, { among, warnings }: MoreChecks = {}): WebhookHandler {
  return async (request) => {
    const object = request.object as KubeObject;
    // Taking the last finalizer off must always work, however invalid the object has become.
    if (object.metadata.deletionTimestamp) return allowed(request.uid);
    const errors = [
      ...(kind.validate?.(object, request.oldObject ?? undefined) ?? []),
      ...(among?.(object, request) ?? []),
    ];
    const told = warnings?.(object) ?? [];
    const response: AdmissionResponse = errors.length === 0 ? allowed(request.uid) : denied(request, errors);
    return told.length > 0 ? { ...response, warnings: told } : response;
  };
}
