/**
 * A transformer as somebody outside would write it: takes KServe's arguments, marks every answer of its predictor with whom it
 * asked, and passes predictions on. `:explain` is answered by itself, so that it stands as an explainer too.
 */
import { createServer, type IncomingMessage } from 'node:http';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    model_name: { type: 'string' },
    predictor_host: { type: 'string', default: '' },
    http_port: { type: 'string', default: '8080' },
  },
});

const server = createServer((incoming, response) => {
  answer(incoming).then(
    ({ status, body }) => {
      response.writeHead(status, { 'content-type': 'application/json', 'x-predictor-host': values.predictor_host });
      response.end(body);
    },
    (error: Error) => response.writeHead(502, { 'content-type': 'text/plain' }).end(error.message),
  );
});

async function answer(incoming: IncomingMessage): Promise<{ status: number; body: string }> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  if (incoming.url?.endsWith(':explain')) {
    return { status: 200, body: JSON.stringify({ explained: values.model_name }) };
  }
  const asked = await fetch(`http://${values.predictor_host}${incoming.url}`, {
    method: incoming.method ?? 'GET',
    headers: { 'content-type': 'application/json' },
    ...(chunks.length > 0 ? { body: Buffer.concat(chunks) } : {}),
    signal: AbortSignal.timeout(10_000),
  });
  return { status: asked.status, body: await asked.text() };
}

server.listen(Number(values.http_port), process.env['SERVAL_POD_ADDRESS'] ?? '0.0.0.0');
process.once('SIGTERM', () => server.close());
