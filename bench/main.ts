import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { benchAtRest } from './at-rest.ts';
import { benchBundle } from './bundle.ts';
import { benchEngine } from './engine.ts';
import { benchManifests } from './manifests.ts';
import { benchOperator } from './operator/main.ts';
import { benchPipelines } from './pipelines/main.ts';
import { type BenchPlatform, startBenchPlatform } from './platform.ts';
import { benchServing } from './serving.ts';
import { printRows, type Row } from './table.ts';
import { benchValidation } from './validation.ts';

const benches: [string, (platform: BenchPlatform, modelStore: string) => Promise<Row[]>][] = [
  ['rest', benchAtRest],
  ['serving', benchServing],
  ['engine', benchEngine],
];
const modelStore = await mkdtemp(join(tmpdir(), 'serval-bench-models-'));
// Options are those of a bench that runs alone: `operator --services 1000 --json`, `pipelines --pipelines 100`.
const given = process.argv.slice(2);
const firstOption = given.findIndex((arg) => arg.startsWith('--'));
const wanted = firstOption < 0 ? given : given.slice(0, firstOption);
const options = given.slice(wanted.length);
const rows: Row[] = [];
const machine = `${cpus().length} × ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node.js ${process.version}`;
// Figures for programs go to standard output, the table then beside them.
const isJson = options.includes('--json');
const table = isJson ? process.stderr : process.stdout;
table.write(`${machine}\n\n`);

// Each on a platform of its own: what one leaves behind must not weigh on the next.
for (const [name, bench] of benches) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  process.stderr.write(`${name} …\n`);
  const platform = await startBenchPlatform(modelStore);
  try {
    rows.push(...(await bench(platform, modelStore)));
  } finally {
    await platform.stop();
  }
}
if (wanted.length === 0 || wanted.includes('bundle')) {
  process.stderr.write('bundle …\n');
  rows.push(...(await benchBundle()));
}
if (wanted.length === 0 || wanted.includes('validation')) {
  process.stderr.write('validation …\n');
  rows.push(...(await benchValidation()));
}
if (wanted.length === 0 || wanted.includes('manifests')) {
  process.stderr.write('manifests …\n');
  rows.push(...(await benchManifests()));
}
// Minutes long, so only by name.
if (wanted.includes('operator')) {
  process.stderr.write('operator …\n');
  const bench = await benchOperator(options.filter((option) => option !== '--json'));
  rows.push(...bench.rows);
  for (const { apiServer, services, broken } of bench.runs) {
    for (const what of broken) process.stderr.write(`${apiServer}, ${services} services: ${what}\n`);
    if (broken.length > 0) process.exitCode = 1;
  }
  if (isJson) process.stdout.write(`${JSON.stringify(bench.runs, null, 2)}\n`);
}
if (wanted.includes('pipelines')) {
  process.stderr.write('pipelines …\n');
  const bench = await benchPipelines(options.filter((option) => option !== '--json'));
  rows.push(...bench.rows);
  if (isJson) process.stdout.write(`${JSON.stringify(bench.measured, null, 2)}\n`);
}
printRows(rows, table);
await rm(modelStore, { recursive: true, force: true });
