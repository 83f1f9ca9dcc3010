import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { HEADER_LENGTH, ProtocolError, shown } from '@serval/protocol';
import { UnavailableError } from '../errors.ts';
import type { Metrics } from '../metrics.ts';
import type { Model } from '../model/model.ts';
import { readBody } from './body.ts';
import { inferV2, MODEL_VERSION, predictV1 } from './predict.ts';
import { HttpError, json, type Reply } from './reply.ts';
import { methodOf, protocolOf, type Route, routeOf } from './routes.ts';

/** What the front end serves; the fields change while it runs. */
export interface ServedModel {
  readonly name: string;
  /** Undefined until loaded. */
  model: Model | undefined;
  isDraining: boolean;
  /** Requests for predictions that are being answered, and when the last one came (`now()`). */
  inFlight: number;
  lastRequestMs: number;
}

export interface FrontEndOptions {
  served: ServedModel;
  metrics: Metrics;
  maxBodyBytes: number;
  version: string;
  now(): number;
  onError(error: unknown): void;
  signal: AbortSignal;
}

// Longer than what gateways keep idle connections for, so that it is never this side that closes one just as a request is on its way.
const KEEP_ALIVE_MS = 120_000;

/** The REST server of both protocols, not yet listening. */
export function createFrontEnd(options: FrontEndOptions): Server {
  const server = createServer(
    { keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 300_000, noDelay: true },
    (request, response) => {
      const route = routeOf(request.url ?? '/');
      const isPrediction = route !== undefined && methodOf(route) === 'POST';
      const { served } = options;
      if (isPrediction) {
        served.inFlight++;
        served.lastRequestMs = options.now();
        response.once('close', () => {
          served.inFlight--;
        });
      }
      answer(request, route, options)
        .catch((error: unknown) => replyToError(error, options))
        .then((reply) => {
          options.metrics.request(protocolOf(route), reply.status);
          write(request, response, reply, served.isDraining);
        })
        .catch(options.onError);
    },
  );
  return server;
}

async function answer(request: IncomingMessage, route: Route | undefined, options: FrontEndOptions): Promise<Reply> {
  const { served, metrics } = options;
  if (!route) throw new HttpError(404, `no such path: ${shown(request.url)}`);
  const allowed = methodOf(route);
  if (request.method !== allowed && !(request.method === 'HEAD' && allowed === 'GET')) {
    throw new HttpError(405, `${request.method} is not allowed here, use ${allowed}`, { allow: allowed });
  }
  switch (route.kind) {
    case 'live-root':
      return json(200, { status: 'alive' });
    case 'metrics':
      return { status: 200, contentType: metrics.contentType, body: await metrics.text() };
    case 'v1-list':
    case 'v2-list':
      return json(200, { models: [served.name] });
    case 'v2-server':
      return json(200, { name: 'serval', version: options.version, extensions: ['binary_tensor_data'] });
    case 'v2-live':
      return json(200, { live: true });
    case 'v2-ready': {
      const isReady = served.model !== undefined && !served.isDraining;
      return json(isReady ? 200 : 503, { ready: isReady });
    }
    case 'v1-model':
    case 'v2-model-ready': {
      const isReady = modelOf(route, served) !== undefined && !served.isDraining;
      return json(isReady ? 200 : 503, { name: served.name, ready: isReady });
    }
    case 'v2-model':
      return json(200, metadata(served.name, loadedModelOf(route, served)));
    case 'v1-predict':
      return predictV1(await readBody(request, options.maxBodyBytes), context(route, options));
    case 'v2-infer': {
      const headerLength = request.headers[HEADER_LENGTH];
      const body = await readBody(request, options.maxBodyBytes);
      return inferV2(body, headerLength as string | undefined, context(route, options));
    }
  }
}

type ModelRoute = Extract<Route, { model: string }>;

function context(route: ModelRoute, { served, metrics, signal }: FrontEndOptions) {
  return { modelName: served.name, model: loadedModelOf(route, served), observe: metrics.stages, signal };
}

function modelOf(route: ModelRoute, served: ServedModel): Model | undefined {
  if (route.model !== served.name) {
    throw new HttpError(404, `no model ${shown(route.model)} here; this server has ${shown(served.name)}`);
  }
  const version = 'version' in route ? route.version : undefined;
  if (version !== undefined && version !== MODEL_VERSION) {
    throw new HttpError(
      404,
      `model ${shown(served.name)} has no version ${shown(version)}, only ${shown(MODEL_VERSION)}`,
    );
  }
  return served.model;
}

function loadedModelOf(route: ModelRoute, served: ServedModel): Model {
  const model = modelOf(route, served);
  if (model) return model;
  throw new UnavailableError(`model ${shown(served.name)} is still being loaded`);
}

function metadata(name: string, { platform, inputs, outputs }: Model) {
  return { name, versions: [MODEL_VERSION], platform, inputs, outputs };
}

function replyToError(error: unknown, { onError }: FrontEndOptions): Reply {
  if (error instanceof ProtocolError) return json(400, { error: error.message });
  if (error instanceof HttpError) return { ...json(error.status, { error: error.message }), headers: error.headers };
  if (error instanceof UnavailableError) {
    return { ...json(503, { error: error.message }), headers: { 'retry-after': '1' } };
  }
  onError(error);
  return json(500, { error: 'internal error; the log of the server says more' });
}

function write(request: IncomingMessage, response: ServerResponse, reply: Reply, isDraining: boolean): void {
  response.writeHead(reply.status, {
    'content-type': reply.contentType,
    'content-length': Buffer.byteLength(reply.body),
    ...reply.headers,
    // A client with a kept-alive connection would not notice otherwise that the server is going away.
    ...(isDraining ? { connection: 'close' } : {}),
  });
  // Text goes out in one piece with the head; a buffer would be a second one.
  response.end(request.method === 'HEAD' ? undefined : reply.body);
}
