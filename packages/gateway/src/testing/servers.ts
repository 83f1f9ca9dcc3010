import { createServer, request as httpRequest, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import type { HttpRouteRule } from '@serval/kube/objects';
import { compileEndpoints } from '../endpoints/endpoint-table.ts';
import { createDataPlane, type DataPlane, type DataPlaneOptions } from '../proxy/data-plane.ts';
import { createExternalListener } from '../proxy/external.ts';
import { createInternalListener } from '../proxy/internal.ts';
import { type Listening, listen } from '../proxy/listen.ts';
import { createTunnelListener } from '../proxy/tunnel.ts';
import { createUpgradeListener } from '../proxy/upgrade.ts';
import { compileRoutes } from '../routes/compile.ts';
import { model, route, service, slices } from './objects.ts';

export interface Upstream {
  address: string;
  server: Server;
  stop(): Promise<void>;
}

/** A real endpoint on a free port, stopped with the test. */
export async function startUpstream(t: TestContext, listener: RequestListener): Promise<Upstream> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  t.after(stop);
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, server, stop };
}

export interface TestGateway {
  plane: DataPlane;
  external: Listening;
  internal: Listening;
  /** Serves everything by one rule and the Services by name. */
  serve(services: Record<string, string[]>, rules?: HttpRouteRule[]): void;
}

/** Both listeners over a data plane that the test feeds. */
export async function startTestGateway(t: TestContext, options: DataPlaneOptions = {}): Promise<TestGateway> {
  const plane = createDataPlane(options);
  const bind = { address: '127.0.0.1', port: 0, limits: plane.limits };
  const external = await listen(createExternalListener(plane), bind);
  const internal = await listen(createInternalListener(plane), bind);
  const upgrade = createUpgradeListener(plane);
  const tunnel = createTunnelListener(plane);
  external.server.on('upgrade', (req, socket, head) => void upgrade(req, socket, head));
  internal.server.on('connect', (req, socket, head) => void tunnel(req, socket, head));
  plane.ownAddresses.add(internal.address);
  t.after(async () => {
    await Promise.all([external.close(0), internal.close(0), plane.close()]);
  });
  return {
    plane,
    external,
    internal,
    serve(services, rules = [{ backendRefs: Object.keys(services).map((name) => ({ name, port: 80 })) }]) {
      const objects = Object.keys(services).map((name) => service(name));
      plane.update({
        routes: compileRoutes(model({ routes: [route('r', rules)], services: objects })).table,
        endpoints: compileEndpoints(
          objects,
          Object.entries(services).flatMap(([name, addresses]) => slices(name, addresses)),
        ),
        services: new Set(Object.keys(services).map((name) => `default/${name}`)),
      });
    },
  };
}

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** One request over a connection of its own; rejects when the answer is cut. */
export function send(
  address: string,
  options: { method?: string; path?: string; headers?: Record<string, string>; body?: string | Buffer } = {},
): Promise<Answer> {
  const [host, port] = address.split(':');
  return new Promise((resolve, reject) => {
    const req = httpRequest(
      {
        host,
        port,
        method: options.method ?? 'GET',
        path: options.path ?? '/',
        headers: options.headers,
        agent: false,
      },
      (res) => {
        const chunks: Buffer[] = [];
        res.on('data', (chunk: Buffer) => chunks.push(chunk));
        res.on('error', reject);
        res.on('end', () =>
          resolve({ status: res.statusCode ?? 0, headers: res.headers, body: Buffer.concat(chunks).toString() }),
        );
      },
    );
    req.on('error', reject);
    req.end(options.body);
  });
}

/** Sends bytes as they are and answers all that comes back until the other side closes or `until` is seen. */
export function sendRaw(address: string, bytes: string, until?: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = openSocket(address);
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      if (until?.test(text)) socket.destroy();
    });
    socket.on('close', () => resolve(text));
    socket.on('error', (error) => (text === '' ? reject(error) : resolve(text)));
    socket.write(bytes);
  });
}

export function openSocket(address: string): Socket {
  const [host, port] = address.split(':');
  return connect({ host, port: Number(port) });
}
