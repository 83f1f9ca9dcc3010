import { createHash } from 'node:crypto';
import { startHttp } from './http-server.ts';
import type { Scope } from './temporary-directory.ts';

export interface GcsServer {
  url: string;
  /** Tokens that it takes. Empty: requests without a token only. */
  tokens: Set<string>;
  /** `Authorization` of each request so far. */
  authorizations: (string | undefined)[];
}

/** As much of Cloud Storage's JSON API as a download needs, with access tokens. Objects are by `bucket/name`. */
export async function startGcs(scope: Scope, objects: Record<string, string>): Promise<GcsServer> {
  const server: GcsServer = { url: '', tokens: new Set(), authorizations: [] };
  server.url = await startHttp(scope, (request, response) => {
    const { authorization } = request.headers;
    server.authorizations.push(authorization);
    const json = (status: number, value: unknown) => response.writeHead(status).end(JSON.stringify(value));
    const fail = (status: number, reason: string) => json(status, { error: { errors: [{ reason }] } });
    const allowed = server.tokens.size === 0 ? !authorization : server.tokens.has(authorization?.slice(7) ?? '');
    if (!allowed) return fail(401, 'authError');
    const url = new URL(request.url!, server.url);
    const [, bucket, name] = /^\/storage\/v1\/b\/([^/]+)\/o(?:\/(.*))?$/.exec(url.pathname) ?? [];
    const resource = (key: string) => ({
      name: key.slice(bucket!.length + 1),
      size: String(Buffer.byteLength(objects[key]!)),
      generation: '17',
      md5Hash: createHash('md5').update(objects[key]!).digest('base64'),
    });
    if (name === undefined) {
      const prefix = `${bucket}/${url.searchParams.get('prefix') ?? ''}`;
      return json(200, {
        items: Object.keys(objects)
          .filter((key) => key.startsWith(prefix))
          .sort()
          .map(resource),
      });
    }
    const key = `${bucket}/${decodeURIComponent(name)}`;
    if (objects[key] === undefined) return fail(404, 'notFound');
    if (url.searchParams.get('alt') !== 'media') return json(200, resource(key));
    if (url.searchParams.get('generation') !== '17') return fail(404, 'notFound');
    return response.writeHead(200, { 'x-goog-generation': '17' }).end(objects[key]);
  });
  return server;
}
