import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { benchAtRest } from './at-rest.ts';
import { benchBundle } from './bundle.ts';
import { benchEngine } from './engine.ts';
import { benchManifests } from './manifests.ts';
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
const wanted = process.argv.slice(2);
const rows: Row[] = [];
const machine = `${cpus().length} × ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node.js ${process.version}`;
process.stdout.write(`${machine}\n\n`);

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
printRows(rows);
await rm(modelStore, { recursive: true, force: true });
