/** One of several nodes of a model, as far as it can be without a GPU: it has the model's files and says what it was told. */
import { readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { model_dir: { type: 'string', default: '' } } });
const files = readdirSync(values.model_dir);
const names = ['ISVC_NAME', 'HEAD_SVC', 'WORKER_SVC', 'RAY_NODE_COUNT', 'REQUEST_GPU_COUNT'];
const told = Object.fromEntries(names.map((name) => [name, process.env[name]]));

createServer((_, response) => response.end(JSON.stringify({ ...told, files }))).listen(
  Number(process.env['SERVAL_PORT_8080'] ?? 8080),
  process.env['SERVAL_POD_ADDRESS'],
);
