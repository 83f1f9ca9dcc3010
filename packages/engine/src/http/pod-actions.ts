import { type AnyObject, labelSelectorMatcher, type Pod, type PodCondition, StatusError } from '@serval/kube/objects';
import { deleteObject } from '../registry/delete.ts';
import { badRequest, conflict, methodNotAllowed } from '../registry/errors.ts';
import { timestamp } from '../registry/object-meta.ts';
import { updateObject } from '../registry/update.ts';
import { jsonAnswer } from './answer.ts';
import { decodeBody } from './body.ts';
import type { RequestContext } from './context.ts';
import type { Services } from './services.ts';
import type { SubresourceHandler } from './subresource.ts';
import { readWriteOptions } from './write-options.ts';

const success = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };

function readObject(services: Services, context: RequestContext): AnyObject {
  if (context.request.method !== 'POST') {
    throw methodNotAllowed('the server does not allow this method on the requested resource');
  }
  const input = decodeBody(context.body, context.headers['content-type'], services.decodeProtobuf);
  if (typeof input !== 'object' || input === null) throw badRequest('expected an object');
  return input as AnyObject;
}

/** A scheduler's word: the Pod gets its node and the condition PodScheduled. */
export const handleBinding: SubresourceHandler = async (services, context, resource, path) => {
  const binding = readObject(services, context);
  const nodeName = binding['target']?.name;
  if (typeof nodeName !== 'string' || nodeName === '') throw badRequest('target.name must be the name of a node');
  const { registry } = services;
  await updateObject(registry, {
    resource: { ...resource, statusSubresource: false },
    target: path,
    subresource: 'binding',
    change: (live) => {
      const pod = live as unknown as Pod;
      if (pod.metadata.deletionTimestamp)
        throw conflict(resource, path.name, 'pod is being deleted, cannot be assigned to a host');
      if (pod.spec.nodeName) {
        throw conflict(resource, path.name, `pod ${path.name} is already assigned to node "${pod.spec.nodeName}"`);
      }
      pod.spec.nodeName = nodeName;
      pod.status = {
        ...pod.status,
        conditions: setScheduled(pod.status?.conditions ?? [], timestamp(registry.clock())),
      };
      return live!;
    },
    options: readWriteOptions(context),
  });
  return jsonAnswer(201, success);
};

function setScheduled(conditions: PodCondition[], now: string): PodCondition[] {
  const others = conditions.filter(({ type }) => type !== 'PodScheduled');
  return [...others, { type: 'PodScheduled', status: 'True', lastTransitionTime: now }];
}

/** Deletes the Pod as its disruption budgets allow. Throws TooManyRequests when they do not. */
export const handleEviction: SubresourceHandler = async (services, context, resource, path) => {
  const eviction = readObject(services, context);
  const { registry } = services;
  const budgets = registry.store.list('policy/poddisruptionbudgets', path.namespace);
  const pod = registry.store.get(resource.stored.id, `${path.namespace}/${path.name}`);
  for (const budget of budgets) {
    if (!pod || !coversPod(budget, pod) || (budget['status']?.disruptionsAllowed ?? 0) > 0) continue;
    throw new StatusError('TooManyRequests', "Cannot evict pod as it would violate the pod's disruption budget.", {
      details: {
        causes: [
          {
            reason: 'DisruptionBudget',
            message: `The disruption budget ${budget.metadata.name} does not allow it now`,
          },
        ],
      },
    });
  }
  const given = eviction['deleteOptions'] ?? {};
  await deleteObject(registry, resource, path, {
    ...readWriteOptions(context),
    ...(given.gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds: given.gracePeriodSeconds }),
    ...(given.preconditions ? { preconditions: given.preconditions } : {}),
  });
  return jsonAnswer(201, success);
};

function coversPod(budget: AnyObject, pod: AnyObject): boolean {
  return labelSelectorMatcher(budget['spec']?.selector)(pod.metadata.labels ?? {});
}
