import { type AnyObject, formatLabelSelector, labelRequirements, StatusError } from '@serval/kube/objects';
import { badRequest, conflict, invalid, methodNotAllowed } from '../registry/errors.ts';
import { getPath, setPath } from '../registry/json.ts';
import { getObject } from '../registry/read.ts';
import type { ScalePaths, ServedResource } from '../registry/served-resource.ts';
import { updateObject } from '../registry/update.ts';
import { jsonAnswer } from './answer.ts';
import { decodeBody, mediaTypeOf } from './body.ts';
import { readApplied, readPatch } from './patch.ts';
import type { SubresourceHandler } from './subresource.ts';
import { readWriteOptions } from './write-options.ts';

/** `/scale`: replicas of any kind that names where it keeps them. */
export const handleScale: SubresourceHandler = async (services, context, resource, path) => {
  const paths = resource.scale!;
  const { method } = context.request;
  const { registry } = services;
  if (method === 'GET') return jsonAnswer(200, scaleOf(resource, paths, await getObject(registry, resource, path)));
  if (method !== 'PUT' && method !== 'PATCH') {
    throw methodNotAllowed('the server does not allow this method on the requested resource');
  }
  const change = method === 'PUT' ? replacement() : patchOf();
  const { object } = await updateObject(registry, {
    resource,
    target: path,
    subresource: 'scale',
    change: (live) => {
      const desired = change(scaleOf(resource, paths, live!));
      checkScale(resource, path.name, desired, live!);
      setPath(live!, paths.specReplicas, desired['spec']?.replicas ?? 0);
      return live!;
    },
    options: readWriteOptions(context),
  });
  return jsonAnswer(200, scaleOf(resource, paths, object));

  function replacement(): (scale: AnyObject) => AnyObject {
    const input = decodeBody(context.body, context.headers['content-type'], services.decodeProtobuf);
    if (typeof input !== 'object' || input === null) throw badRequest('expected a Scale object');
    return () => input as AnyObject;
  }

  function patchOf(): (scale: AnyObject) => AnyObject {
    const type = mediaTypeOf(context.headers['content-type']);
    // Scale has no lists: strategic merge and apply are the same as a merge.
    if (type === 'application/apply-patch+yaml') {
      const applied = readApplied(context.body);
      return (scale) => ({ ...scale, spec: { ...scale['spec'], ...applied['spec'] } });
    }
    const merge = type === 'application/strategic-merge-patch+json' ? 'application/merge-patch+json' : type;
    return readPatch(resource, merge, context.body, services.strategicMerge);
  }
};

function scaleOf(resource: ServedResource, paths: ScalePaths, object: AnyObject): AnyObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const replicas = getPath(object, paths.specReplicas);
  if (replicas === undefined && resource.custom) {
    throw new StatusError(
      'InternalError',
      `the spec replicas field ${JSON.stringify(paths.specReplicas)} does not exist`,
    );
  }
  const selector = paths.selector ? selectorText(getPath(object, paths.selector)) : undefined;
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: replicas ?? 0 },
    status: { replicas: getPath(object, paths.statusReplicas) ?? 0, ...(selector ? { selector } : {}) },
  };
}

function selectorText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return undefined;
  return formatLabelSelector(labelRequirements(value));
}

function checkScale(resource: ServedResource, name: string, scale: AnyObject, live: AnyObject): void {
  const version = scale.metadata?.resourceVersion;
  if (version && version !== live.metadata.resourceVersion) {
    throw conflict(
      resource,
      name,
      'the object has been modified; please apply your changes to the latest version and try again',
    );
  }
  const replicas = scale['spec']?.replicas ?? 0;
  if (!Number.isInteger(replicas) || replicas < 0) {
    throw invalid({ group: 'autoscaling', plural: 'scales', kind: 'Scale' }, name, [
      {
        path: 'spec.replicas',
        reason: 'FieldValueInvalid',
        message: `Invalid value: ${JSON.stringify(replicas)}: should be a whole number greater than or equal to 0`,
      },
    ]);
  }
}
