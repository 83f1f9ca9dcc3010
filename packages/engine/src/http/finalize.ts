import type { AnyObject } from '@serval/kube/objects';
import { methodNotAllowed } from '../registry/errors.ts';
import { updateObject } from '../registry/update.ts';
import { jsonAnswer } from './answer.ts';
import { decodeBody } from './body.ts';
import type { SubresourceHandler } from './subresource.ts';
import { readWriteOptions } from './write-options.ts';

/** `PUT /namespaces/NAME/finalize` changes `spec.finalizers`, and nothing else can. */
export const handleFinalize: SubresourceHandler = async (services, context, resource, path) => {
  if (context.request.method !== 'PUT') {
    throw methodNotAllowed('the server does not allow this method on the requested resource');
  }
  const input = decodeBody(context.body, context.headers['content-type'], services.decodeProtobuf) as AnyObject;
  const { object } = await updateObject(services.registry, {
    resource,
    target: path,
    subresource: 'finalize',
    change: (live) => {
      const version = input.metadata?.resourceVersion;
      return {
        ...live!,
        metadata: { ...live!.metadata, ...(version ? { resourceVersion: version } : {}) },
        spec: { ...live!['spec'], finalizers: input['spec']?.finalizers ?? [] },
      };
    },
    options: readWriteOptions(context),
  });
  return jsonAnswer(200, object);
};
