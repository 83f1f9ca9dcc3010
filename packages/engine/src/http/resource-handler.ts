import type { ApiResponse } from '@serval/kube/client';
import type { AnyObject, Status, WatchEvent } from '@serval/kube/objects';
import { StatusError } from '@serval/kube/objects';
import { createObject } from '../registry/create.ts';
import { deleteObject } from '../registry/delete.ts';
import { deleteCollection } from '../registry/delete-collection.ts';
import { badRequest, methodNotAllowed } from '../registry/errors.ts';
import { checkIdentity } from '../registry/prepare.ts';
import { getObject, listObjects } from '../registry/read.ts';
import type { ServedResource } from '../registry/served-resource.ts';
import { updateObject } from '../registry/update.ts';
import { watchObjects } from '../watch/watch.ts';
import { jsonAnswer, streamAnswer } from './answer.ts';
import { authorize } from './authorize.ts';
import { decodeBody, mediaTypeOf } from './body.ts';
import type { RequestContext } from './context.ts';
import { negotiateOutput, type Output } from './negotiate.ts';
import { type OutputContext, partial, shapeEvent, shapeList, shapeObject } from './output.ts';
import { readApplied, readPatch } from './patch.ts';
import { readBoolean, readCount, readIncludeObject, readText } from './query.ts';
import type { ResourcePath } from './request-path.ts';
import type { Services } from './services.ts';
import { readDeleteOptions, readWriteOptions } from './write-options.ts';

/** About how much of a watch is put into one chunk. */
const chunkBytes = 128 * 1024;

/** Collections, objects and `/status`: the verbs that are the same for every kind. */
export async function handleResource(
  services: Services,
  context: RequestContext,
  resource: ServedResource,
  path: ResourcePath,
): Promise<ApiResponse> {
  const { method } = context.request;
  if (resource.answerCreate && (method !== 'POST' || path.name)) {
    throw methodNotAllowed('the server does not allow this method on the requested resource');
  }
  if (path.name === '') {
    if (method === 'GET')
      return isWatch(context, path)
        ? watch(services, context, resource, path)
        : list(services, context, resource, path);
    if (method === 'POST') return create(services, context, resource, path);
    if (method === 'DELETE') return removeAll(services, context, resource, path);
  } else {
    if (method === 'GET') {
      return isWatch(context, path) && !path.subresource
        ? watch(services, context, resource, path)
        : get(services, context, resource, path);
    }
    if (method === 'PUT') return replace(services, context, resource, path);
    if (method === 'PATCH') return patch(services, context, resource, path);
    if (method === 'DELETE' && !path.subresource) return remove(services, context, resource, path);
  }
  throw methodNotAllowed('the server does not allow this method on the requested resource');
}

function isWatch(context: RequestContext, path: ResourcePath): boolean {
  return path.watch || readBoolean(context.query, 'watch') === true;
}

function outputOf(services: Services, context: RequestContext): OutputContext {
  return {
    output: negotiateOutput(context.headers['accept']),
    includeObject: readIncludeObject(context.query),
    nowMs: services.registry.clock(),
  };
}

async function get(services: Services, context: RequestContext, resource: ServedResource, path: ResourcePath) {
  const output = outputOf(services, context);
  return jsonAnswer(200, shapeObject(resource, await getObject(services.registry, resource, path), output));
}

async function list(services: Services, context: RequestContext, resource: ServedResource, path: ResourcePath) {
  const { query } = context;
  const output = outputOf(services, context);
  const limit = readCount(query, 'limit');
  const { items, metadata } = await listObjects(services.registry, resource, path.namespace, {
    labelSelector: readText(query, 'labelSelector'),
    fieldSelector: readText(query, 'fieldSelector'),
    ...(limit ? { limit } : {}),
    continue: readText(query, 'continue'),
    resourceVersion: readText(query, 'resourceVersion'),
    resourceVersionMatch: readText(query, 'resourceVersionMatch'),
  });
  return jsonAnswer(200, shapeList(resource, items, metadata, output));
}

async function watch(services: Services, context: RequestContext, resource: ServedResource, path: ResourcePath) {
  const { query } = context;
  const output = outputOf(services, context);
  const byName = path.name ? `metadata.name=${path.name}` : '';
  const fieldSelector = [byName, readText(query, 'fieldSelector') ?? ''].filter(Boolean).join(',');
  const events = watchObjects(
    services.registry,
    resource,
    path.namespace,
    {
      labelSelector: readText(query, 'labelSelector'),
      fieldSelector,
      resourceVersion: readText(query, 'resourceVersion'),
      resourceVersionMatch: readText(query, 'resourceVersionMatch'),
      allowWatchBookmarks: readBoolean(query, 'allowWatchBookmarks'),
      sendInitialEvents: readBoolean(query, 'sendInitialEvents'),
      timeoutSeconds: readCount(query, 'timeoutSeconds'),
    },
    context.signal,
  );
  return streamAnswer('application/json', encodeEvents(services, resource, events, output));
}

async function* encodeEvents(
  services: Services,
  resource: ServedResource,
  batches: AsyncIterable<WatchEvent[]>,
  context: OutputContext,
): AsyncGenerator<Uint8Array> {
  const { output } = context;
  let first = true;
  const encodeOne = (event: WatchEvent): Uint8Array => {
    if (output.shape !== 'Table') return encodeShared(services, event, output);
    const row = shapeEvent(resource, event, { ...context, nowMs: services.registry.clock() }, first);
    if (event.type !== 'BOOKMARK') first = false;
    return Buffer.from(`${JSON.stringify(row)}\n`);
  };
  for await (const events of batches) {
    // What came together goes out together, in few chunks.
    let lines: Uint8Array[] = [];
    let bytes = 0;
    for (const event of events) {
      const line = encodeOne(event);
      lines.push(line);
      bytes += line.byteLength;
      if (bytes < chunkBytes) continue;
      yield joined(lines);
      lines = [];
      bytes = 0;
    }
    if (lines.length > 0) yield joined(lines);
  }
}

function joined(lines: Uint8Array[]): Uint8Array {
  return lines.length === 1 ? lines[0]! : Buffer.concat(lines);
}

function encodeShared(services: Services, event: WatchEvent, output: Output): Uint8Array {
  if (output.shape === 'Object' || event.type === 'ERROR') {
    return services.encodeEvent(event, 'Object', (object) => object);
  }
  return services.encodeEvent(event, output.version, (object) => partial(object, output.version));
}

async function create(services: Services, context: RequestContext, resource: ServedResource, path: ResourcePath) {
  const output = outputOf(services, context);
  const options = readWriteOptions(context);
  const input = decodeBody(context.body, context.headers['content-type'], services.decodeProtobuf);
  if (resource.answerCreate) {
    const review = checkIdentity(resource, input, { namespace: path.namespace, name: '' });
    return jsonAnswer(201, resource.answerCreate(review, context.user));
  }
  const object = await createObject(services.registry, resource, path.namespace, input, options);
  return jsonAnswer(201, shapeObject(resource, object, output));
}

async function replace(services: Services, context: RequestContext, resource: ServedResource, path: ResourcePath) {
  const output = outputOf(services, context);
  const options = readWriteOptions(context);
  const input = decodeBody(context.body, context.headers['content-type'], services.decodeProtobuf);
  const { object } = await updateObject(services.registry, {
    resource,
    target: path,
    subresource: path.subresource,
    requireVersion: true,
    change: () => structuredClone(input) as AnyObject,
    options,
  });
  return jsonAnswer(200, shapeObject(resource, object, output));
}

async function patch(services: Services, context: RequestContext, resource: ServedResource, path: ResourcePath) {
  const output = outputOf(services, context);
  const options = readWriteOptions(context);
  const type = mediaTypeOf(context.headers['content-type']);
  if (type === 'application/apply-patch+yaml') return apply(services, context, resource, path, output);
  const change = readPatch(resource, type, context.body, services.strategicMerge);
  const { object } = await updateObject(services.registry, {
    resource,
    target: path,
    subresource: path.subresource,
    change: (live) => change(live!),
    options,
  });
  return jsonAnswer(200, shapeObject(resource, object, output));
}

async function apply(
  services: Services,
  context: RequestContext,
  resource: ServedResource,
  path: ResourcePath,
  output: OutputContext,
) {
  const options = readWriteOptions(context);
  if (!context.query.get('fieldManager')) {
    throw new StatusError(
      'Invalid',
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    );
  }
  const applied = readApplied(context.body);
  if (!applied.apiVersion || !applied.kind) throw badRequest('an apply patch must have apiVersion and kind');
  if (applied.metadata?.managedFields) throw badRequest('metadata.managedFields must be nil');
  const { object, created } = await updateObject(services.registry, {
    resource,
    target: path,
    subresource: path.subresource,
    createIfMissing: true,
    ownershipRecorded: true,
    change: (live) => {
      // Applying what is not there creates it.
      if (!live) authorize(services, context, 'create');
      return services.registry.ownership.apply({
        resource,
        live,
        applied: structuredClone(applied),
        manager: options.fieldManager,
        force: readBoolean(context.query, 'force') ?? false,
        subresource: path.subresource,
        nowMs: services.registry.clock(),
      });
    },
    options,
  });
  return jsonAnswer(created ? 201 : 200, shapeObject(resource, object, output));
}

async function remove(services: Services, context: RequestContext, resource: ServedResource, path: ResourcePath) {
  const options = readDeleteOptions(context, services.decodeProtobuf);
  const { object, removed } = await deleteObject(services.registry, resource, path, options);
  // Pods answer themselves, as upstream's Pod storage does; everything else a Status once it is gone.
  if (!removed || resource.stored.strategy.gracePeriodSeconds) {
    return jsonAnswer(200, shapeObject(resource, object, outputOf(services, { ...context, headers: {} })));
  }
  const status: Partial<Status> = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: {
      name: path.name,
      ...(resource.group ? { group: resource.group } : {}),
      kind: resource.plural,
      ...(object.metadata.uid ? { uid: object.metadata.uid } : {}),
    },
  };
  return jsonAnswer(200, status);
}

async function removeAll(services: Services, context: RequestContext, resource: ServedResource, path: ResourcePath) {
  const options = readDeleteOptions(context, services.decodeProtobuf);
  const { items, metadata } = await deleteCollection(
    services.registry,
    resource,
    path.namespace,
    {
      labelSelector: readText(context.query, 'labelSelector'),
      fieldSelector: readText(context.query, 'fieldSelector'),
    },
    options,
  );
  return jsonAnswer(200, shapeList(resource, items, metadata, outputOf(services, context)));
}
