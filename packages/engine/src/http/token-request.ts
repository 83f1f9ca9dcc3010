import type { AnyObject } from '@serval/kube/objects';
import { invalid, methodNotAllowed } from '../registry/errors.ts';
import { timestamp } from '../registry/object-meta.ts';
import { getObject } from '../registry/read.ts';
import { jsonAnswer } from './answer.ts';
import { decodeBody } from './body.ts';
import type { SubresourceHandler } from './subresource.ts';

/** Upstream's default, and its least. */
const defaultSeconds = 3600;
const leastSeconds = 600;
/** Upstream's most. */
const mostSeconds = 2 ** 32;

/** `POST /serviceaccounts/NAME/token` issues a token: `kubectl create token`. */
export const handleTokenRequest: SubresourceHandler = async (services, context, resource, path) => {
  if (context.request.method !== 'POST') {
    throw methodNotAllowed('the server does not allow this method on the requested resource');
  }
  const input = decodeBody(context.body, context.headers['content-type'], services.decodeProtobuf) as AnyObject;
  const account = await getObject(services.registry, resource, path);
  const spec = (input['spec'] ?? {}) as { audiences?: string[]; expirationSeconds?: number | string };
  // As protobuf tells an int64.
  const seconds = Number(spec.expirationSeconds ?? defaultSeconds);
  if (!Number.isInteger(seconds) || seconds < leastSeconds || seconds > mostSeconds) {
    throw invalid({ group: 'authentication.k8s.io', plural: 'tokenrequests', kind: 'TokenRequest' }, '', [
      {
        path: 'spec.expirationSeconds',
        reason: 'FieldValueInvalid',
        message: `Invalid value: ${JSON.stringify(spec.expirationSeconds)}: must be from ${leastSeconds} (10 minutes) to ${mostSeconds}`,
      },
    ]);
  }
  const audiences = (spec.audiences ?? []).map(String);
  const { namespace = '', name = '', uid = '' } = account.metadata;
  const expires = timestamp(services.registry.clock() + seconds * 1000);
  const token = services.tokens.issue({ namespace, name, uid }, audiences, seconds);
  return jsonAnswer(201, {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { name, namespace, creationTimestamp: timestamp(services.registry.clock()) },
    spec: { audiences, expirationSeconds: seconds, boundObjectRef: null },
    status: { token, expirationTimestamp: expires },
  });
};
