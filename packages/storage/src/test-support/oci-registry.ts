import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { startHttp } from './http-server.ts';
import type { Scope } from './temporary-directory.ts';

interface TestDescriptor {
  mediaType: string;
  digest: string;
  size: number;
  annotations?: Record<string, string>;
  platform?: Record<string, string>;
  artifactType?: string;
}

/** A registry in memory that serves pulls, by the distribution specification, and can be told to misbehave. */
export interface TestRegistry {
  url: string;
  /** `HOST:PORT` */
  host: string;
  blob(data: Buffer | string, mediaType: string, annotations?: Record<string, string>): TestDescriptor;
  /** Stores a manifest or an index under its digest and `tag`. */
  manifest(repository: string, value: Record<string, unknown>, tag?: string): TestDescriptor;
  /** Requests that came, as `METHOD PATH` with what was in `Authorization`. */
  seen: { line: string; authorization: string | undefined }[];
  blobs: Map<string, Buffer>;
  /** Answers instead of the registry when it returns true. */
  before: (request: IncomingMessage, response: ServerResponse) => boolean;
  ranges: boolean;
}

export async function startTestRegistry(scope: Scope, tls?: { key: string; cert: string }): Promise<TestRegistry> {
  const manifests = new Map<string, { body: Buffer; mediaType: string; digest: string }>();
  const registry: TestRegistry = {
    url: '',
    host: '',
    seen: [],
    blobs: new Map(),
    before: () => false,
    ranges: true,
    blob(data, mediaType, annotations) {
      const body = Buffer.from(data);
      const digest = digestOf(body);
      registry.blobs.set(digest, body);
      return { mediaType, digest, size: body.length, ...(annotations ? { annotations } : {}) };
    },
    manifest(repository, value, tag) {
      const mediaType = value['manifests']
        ? 'application/vnd.oci.image.index.v1+json'
        : 'application/vnd.oci.image.manifest.v1+json';
      const body = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...value }));
      const stored = { body, mediaType, digest: digestOf(body) };
      for (const name of [stored.digest, tag]) if (name) manifests.set(`${repository}/${name}`, stored);
      return { mediaType, digest: stored.digest, size: body.length };
    },
  };
  registry.url = await startHttp(
    scope,
    (request, response) => {
      registry.seen.push({ line: `${request.method} ${request.url}`, authorization: request.headers.authorization });
      if (registry.before(request, response)) return;
      const [, repository, kind, name] = /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/.exec(request.url!) ?? [];
      const found = kind === 'manifests' ? manifests.get(`${repository}/${name}`) : undefined;
      if (found) {
        const headers = { 'content-type': found.mediaType, 'docker-content-digest': found.digest };
        response.writeHead(200, headers).end(found.body);
        return;
      }
      const data = kind === 'blobs' ? registry.blobs.get(name!) : undefined;
      if (!data) response.writeHead(404).end('{"errors":[{"code":"MANIFEST_UNKNOWN"}]}');
      else sendBlob(request, response, data, registry.ranges);
    },
    tls,
  );
  registry.host = new URL(registry.url).host;
  return registry;
}

function sendBlob(request: IncomingMessage, response: ServerResponse, data: Buffer, ranges = true): void {
  const range = ranges ? /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') : null;
  if (!range) {
    response.writeHead(200, { 'content-length': data.length }).end(data);
    return;
  }
  const part = data.subarray(Number(range[1]), Number(range[2]) + 1);
  const contentRange = `bytes ${range[1]}-${Number(range[1]) + part.length - 1}/${data.length}`;
  response.writeHead(206, { 'content-length': part.length, 'content-range': contentRange }).end(part);
}

function digestOf(data: Buffer): string {
  return `sha256:${createHash('sha256').update(data).digest('hex')}`;
}
