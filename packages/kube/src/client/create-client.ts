import type { AnyObject, KubeList, KubeObject, WatchEvent } from '../objects/meta.ts';
import { apiVersionOf, type Resource, resourcePath } from '../objects/resource.ts';
import { StatusError, statusErrorFrom } from '../objects/status-error.ts';
import { failureOf, readJson, readJsonLines } from './body.ts';
import type { Client, ListOptions, PatchType, Target, WatchOptions, WriteOptions } from './client.ts';
import { ConnectionError, connectionErrorFrom } from './connection-error.ts';
import type { ApiRequest, ApiResponse, Transport } from './transport.ts';

export interface ClientOptions {
  transport: Transport;
  /** Shown in managedFields of what this client writes. */
  fieldManager: string;
  /** Default `serval`. */
  userAgent?: string;
}

const patchContentTypes: Record<PatchType, string> = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  strategic: 'application/strategic-merge-patch+json',
};

export function createClient({ transport, fieldManager, userAgent = 'serval' }: ClientOptions): Client {
  async function request(apiRequest: ApiRequest): Promise<ApiResponse> {
    try {
      return await transport({ ...apiRequest, headers: { 'user-agent': userAgent, ...apiRequest.headers } });
    } catch (error) {
      if (error instanceof StatusError) throw error;
      throw connectionErrorFrom(error, 'the API server', apiRequest.signal);
    }
  }

  async function send<R>(
    method: ApiRequest['method'],
    path: string,
    options: { body?: unknown; contentType?: string; signal?: AbortSignal },
  ): Promise<R> {
    const hasBody = options.body !== undefined;
    const response = await request({
      method,
      path,
      headers: {
        accept: 'application/json',
        ...(hasBody ? { 'content-type': options.contentType ?? 'application/json' } : {}),
      },
      ...(hasBody ? { body: JSON.stringify(options.body) } : {}),
      ...(options.signal ? { signal: options.signal } : {}),
    });
    try {
      return (await readJson(response)) as R;
    } catch (error) {
      if (error instanceof StatusError) throw error;
      throw connectionErrorFrom(
        error,
        `the API server, in the answer to ${method} ${path.split('?')[0]},`,
        options.signal,
      );
    }
  }

  const writeQuery = (options: WriteOptions & { force?: boolean }) =>
    queryOf({
      fieldManager: options.fieldManager ?? fieldManager,
      dryRun: options.dryRun ? 'All' : undefined,
      fieldValidation: options.fieldValidation,
      force: options.force === undefined ? undefined : String(options.force),
    });

  return {
    request,

    get: (resource, target, options = {}) => send('GET', pathOf(resource, target), options),

    async list<T extends KubeObject>(resource: Resource<T>, options: ListOptions = {}) {
      const list = await send<KubeList<T>>('GET', resourcePath(resource, options) + listQuery(options), options);
      // Upstream's API server answers null for an empty list of metadata.
      list.items ??= [];
      // Items of built-in kinds carry neither on the wire.
      const apiVersion = apiVersionOf(resource);
      for (const item of list.items) {
        item.apiVersion ??= apiVersion;
        item.kind ??= resource.kind;
      }
      return list;
    },

    create(resource, object, options = {}) {
      const { namespace, name } = object.metadata;
      const target = options.subresource ? { namespace, name, subresource: options.subresource } : { namespace };
      const path = resourcePath(resource, target) + writeQuery(options);
      return send('POST', path, { body: object, signal: options.signal });
    },

    update(resource, object, options = {}) {
      const path = pathOf(resource, nameOf(resource, object), options.subresource) + writeQuery(options);
      return send('PUT', path, { body: object, signal: options.signal });
    },

    patch(resource, target, type, patch, options = {}) {
      const path = pathOf(resource, target, options.subresource) + writeQuery(options);
      return send('PATCH', path, { body: patch, contentType: patchContentTypes[type], signal: options.signal });
    },

    apply(resource, object, options = {}) {
      const path =
        pathOf(resource, nameOf(resource, object), options.subresource) + writeQuery({ force: false, ...options });
      const { managedFields: _, ...metadata } = object.metadata;
      return send('PATCH', path, {
        body: { ...object, metadata },
        contentType: 'application/apply-patch+yaml',
        signal: options.signal,
      });
    },

    delete(resource, target, options = {}) {
      const { gracePeriodSeconds, propagationPolicy, preconditions, dryRun, signal } = options;
      const body = {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        gracePeriodSeconds,
        propagationPolicy,
        preconditions,
        dryRun: dryRun ? ['All'] : undefined,
      };
      return send<AnyObject>('DELETE', pathOf(resource, target), { body, signal });
    },

    watch: (resource, options = {}) => watch(request, resource, options),
  };
}

async function* watch<T extends KubeObject>(
  request: Transport,
  resource: Resource<T>,
  options: WatchOptions,
): AsyncGenerator<WatchEvent<T>> {
  const { signal } = options;
  try {
    const response = await request({
      method: 'GET',
      path: resourcePath(resource, options) + watchQuery(options),
      headers: { accept: 'application/json' },
      ...(signal ? { signal } : {}),
    });
    if (response.status >= 400) throw await failureOf(response);
    for await (const event of readJsonLines(response.body)) {
      const { type, object } = event as WatchEvent<T>;
      if (type === 'ERROR') throw statusErrorFrom(object as object, (object as { code?: number }).code ?? 500);
      yield { type, object };
      if (signal?.aborted) return;
    }
  } catch (error) {
    if (signal?.aborted) return;
    throw error instanceof StatusError ? error : connectionErrorFrom(error, 'the API server', signal);
  }
}

function pathOf(resource: Resource, target: Target, subresource?: string): string {
  if (target.name === '') throw new TypeError(`${resource.kind}: a name is needed, got an empty one`);
  if (resource.namespaced && !target.namespace) {
    throw new TypeError(`${resource.kind} ${target.name}: a namespace is needed`);
  }
  return resourcePath(resource, { ...target, ...(subresource ? { subresource } : {}) });
}

function nameOf(resource: Resource, { metadata }: KubeObject): Target {
  if (metadata.name === undefined) throw new TypeError(`${resource.kind}: metadata.name is needed`);
  return { name: metadata.name, ...(metadata.namespace ? { namespace: metadata.namespace } : {}) };
}

function listQuery(options: ListOptions): string {
  return queryOf({
    labelSelector: options.labelSelector,
    fieldSelector: options.fieldSelector,
    limit: options.limit,
    continue: options.continue,
    resourceVersion: options.resourceVersion,
  });
}

function watchQuery(options: WatchOptions): string {
  return queryOf({
    watch: 'true',
    labelSelector: options.labelSelector,
    fieldSelector: options.fieldSelector,
    resourceVersion: options.resourceVersion,
    allowWatchBookmarks: options.allowWatchBookmarks ? 'true' : undefined,
    sendInitialEvents: options.sendInitialEvents ? 'true' : undefined,
    resourceVersionMatch: options.resourceVersionMatch,
    timeoutSeconds: options.timeoutSeconds,
  });
}

function queryOf(values: Record<string, string | number | undefined>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value !== undefined) query.set(name, String(value));
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

/**
 * The list as a whole, page by page. Starts over when the continue token expires (410), at most three times.
 *
 * @param keep  what is kept of each object; the rest of a page is gone before the next one comes.
 */
export async function listAll<T extends KubeObject>(
  client: Client,
  resource: Resource<T>,
  options: Omit<ListOptions, 'continue'> = {},
  keep: (object: T) => T = (object) => object,
): Promise<{ items: T[]; resourceVersion: string }> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const items: T[] = [];
      let page: KubeList<T> | undefined;
      do {
        page = await client.list(resource, {
          limit: 500,
          ...options,
          ...(page?.metadata.continue ? { continue: page.metadata.continue, resourceVersion: undefined } : {}),
        });
        for (const object of page.items) items.push(keep(object));
      } while (page.metadata.continue);
      const resourceVersion = page.metadata.resourceVersion;
      if (resourceVersion === undefined) {
        throw new ConnectionError('BadAnswer', `the list of ${resource.plural} has no resourceVersion`);
      }
      return { items, resourceVersion };
    } catch (error) {
      if (attempt >= 3 || !(error instanceof StatusError) || error.code !== 410) throw error;
    }
  }
}
