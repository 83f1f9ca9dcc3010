import { randomUUID } from 'node:crypto';
import {
  type AnyObject,
  applyJsonPatch,
  type Json,
  type JsonObject,
  type StatusDetails,
  StatusError,
  type StatusReason,
  statusReasons,
} from '@serval/kube/objects';
import type { AdmissionAttributes } from '../registry/deps.ts';
import type { ServedResource } from '../registry/served-resource.ts';
import type { Webhook } from './configuration.ts';
import type { CallWebhook } from './webhook-client.ts';

interface ReviewResponse {
  uid?: string;
  allowed?: boolean;
  status?: { code?: number; message?: string; reason?: string; details?: StatusDetails };
  patch?: string;
  patchType?: string;
  warnings?: string[];
}

/** Why a webhook gave no usable answer; its failure policy decides what becomes of the request. */
export class WebhookFailure extends Error {
  override readonly name = 'WebhookFailure';
}

/**
 * Asks one webhook (AdmissionReview v1) and answers the patched object, or the same one. Objects of `attributes` are in
 * the version of `as`. Throws `StatusError` when it denies, `WebhookFailure` when it fails.
 */
export async function reviewObject(
  webhook: Webhook,
  attributes: AdmissionAttributes,
  as: ServedResource,
  callWebhook: CallWebhook,
): Promise<AnyObject | null> {
  if (attributes.dryRun && webhook.sideEffects !== 'None' && webhook.sideEffects !== 'NoneOnDryRun') {
    throw new StatusError('BadRequest', `admission webhook "${webhook.name}" does not support dry run`);
  }
  const uid = randomUUID();
  const signal = AbortSignal.any([attributes.signal, AbortSignal.timeout(webhook.timeoutSeconds * 1000)]);
  let response: ReviewResponse;
  try {
    const answer = await callWebhook(webhook.clientConfig, reviewOf(uid, attributes, as), signal);
    response = (answer['response'] ?? {}) as ReviewResponse;
    if (typeof response.allowed !== 'boolean') throw new Error('the answer has no response.allowed');
    if (response.uid !== uid) throw new Error('expected the uid of the request in the response');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new WebhookFailure(`failed calling webhook "${webhook.name}": ${why}`, { cause });
  }
  for (const warning of response.warnings ?? []) attributes.warn(String(warning));
  if (!response.allowed) throw denial(webhook.name, response.status);
  return patched(webhook.name, attributes.object, response);
}

/** The AdmissionReview that a webhook is sent. Objects of `attributes` are in the version of `as`. */
export function reviewOf(uid: string, attributes: AdmissionAttributes, as: ServedResource): JsonObject {
  const { resource, subresource, namespace, name, operation, object, oldObject, dryRun, options, user } = attributes;
  const kindOf = ({ group, version, kind }: ServedResource) => ({ group, version, kind });
  const resourceOf = ({ group, version, plural }: ServedResource) => ({ group, version, resource: plural });
  return {
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: {
      uid,
      kind: kindOf(as),
      resource: resourceOf(as),
      ...(subresource ? { subResource: subresource } : {}),
      requestKind: kindOf(resource),
      requestResource: resourceOf(resource),
      ...(subresource ? { requestSubResource: subresource } : {}),
      name,
      ...(resource.namespaced ? { namespace } : {}),
      operation,
      userInfo: { username: user.name, groups: [...user.groups] },
      object: object as unknown as Json,
      oldObject: oldObject as unknown as Json,
      dryRun,
      options: options as JsonObject,
    },
  };
}

function denial(name: string, status: ReviewResponse['status'] = {}): StatusError {
  const reason: StatusReason = statusReasons.find((known) => known === status.reason) ?? 'Forbidden';
  const why = status.message ? `denied the request: ${status.message}` : 'denied the request without explanation';
  const code = status.code && status.code >= 400 ? status.code : undefined;
  return new StatusError(reason, `admission webhook "${name}" ${why}`, {
    ...(code ? { code } : {}),
    ...(status.details ? { details: status.details } : {}),
  });
}

function patched(name: string, object: AnyObject | null, { patch, patchType }: ReviewResponse): AnyObject | null {
  if (!patch || !object) return object;
  if (patchType !== 'JSONPatch') {
    throw new WebhookFailure(
      `webhook "${name}": expected patchType JSONPatch, got ${JSON.stringify(patchType ?? null)}`,
    );
  }
  try {
    const operations = JSON.parse(Buffer.from(patch, 'base64').toString()) as unknown;
    if (Array.isArray(operations) && operations.length === 0) return object;
    return applyJsonPatch(object as unknown as Json, operations) as unknown as AnyObject;
  } catch (cause) {
    throw new WebhookFailure(`webhook "${name}": its patch cannot be applied: ${(cause as Error).message}`, { cause });
  }
}
