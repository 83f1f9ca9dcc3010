/**
 * Stands in for KServe's agent: takes its arguments and its readiness probe, passes requests on to the server of its Pod, and reports
 * requests to its collector. Like the original, it does not start without being told how to ask the server whether it is ready.
 */
import { createServer, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  strict: false,
  options: {
    'log-url': { type: 'string' },
    'component-port': { type: 'string' },
    'inference-service': { type: 'string' },
    component: { type: 'string' },
  },
});
const { tcpSocket, httpGet } = JSON.parse(process.env['SERVING_READINESS_PROBE'] ?? '') as {
  tcpSocket?: { port: number };
  httpGet?: { port: number; path?: string };
};
const host = process.env['SERVAL_POD_ADDRESS'] ?? '127.0.0.1';

const server = createServer((incoming, response) => {
  const answering = incoming.headers['k-network-probe'] === 'queue' ? ready() : pass(incoming);
  answering.then(
    ({ status, body }) =>
      response.writeHead(status, { 'content-type': 'application/json', 'x-agent': 'yes' }).end(body),
    (error: Error) => response.writeHead(502, { 'content-type': 'text/plain' }).end(error.message),
  );
});

async function ready(): Promise<{ status: number; body: string }> {
  if (httpGet) {
    const { status } = await fetch(`http://${host}:${httpGet.port}${httpGet.path ?? '/'}`);
    return { status: status < 400 ? 200 : 503, body: '' };
  }
  const opened = await new Promise<boolean>((resolve) => {
    const socket = connect(tcpSocket?.port ?? 0, host, () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('connect', () => socket.end());
  });
  return { status: opened ? 200 : 503, body: '' };
}

async function pass(incoming: IncomingMessage): Promise<{ status: number; body: string }> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const asked = await fetch(`http://${host}:${values['component-port']}${incoming.url}`, {
    method: incoming.method ?? 'GET',
    headers: { 'content-type': 'application/json' },
    ...(body.length > 0 ? { body } : {}),
    signal: AbortSignal.timeout(10_000),
  });
  const answer = { status: asked.status, body: await asked.text() };
  if (body.length > 0) {
    const headers = {
      'ce-type': 'org.kubeflow.serving.inference.request',
      'ce-inferenceservicename': String(values['inference-service']),
      'ce-component': String(values.component),
    };
    await fetch(String(values['log-url']), { method: 'POST', headers, body });
  }
  return answer;
}

server.listen(9081, host);
process.once('SIGTERM', () => server.close());
