// npm run bench:storage: ours, KServe's package and the plain limits, in turns, from the same local server.
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { bundleStorage } from '../../scripts/storage/bundle.ts';
import { repository } from '../platform.ts';
import { percentile } from '../table.ts';
import { type Contender, cp, curl, kserve, serval } from './contenders.ts';
import { type Measured, measure } from './measure.ts';
import { type Model, startObjectServer } from './s3.ts';
import { startUpMs } from './start-up.ts';

const print = (line = '') => process.stdout.write(`${line}\n`);

/** Of sizes and counts alike, so that everything can be tried small. */
const scale = Number(process.env['SERVAL_BENCH_SCALE'] ?? 1);
const rounds = Number(process.env['SERVAL_BENCH_ROUNDS'] ?? 3);
/** Where models go. A slow disk makes everybody equally slow; /dev/shm shows the programs. */
const targets = process.env['SERVAL_BENCH_DIR'] ?? tmpdir();
const only = process.argv.slice(2);

const models: (Model & { what: string })[] = [
  { what: 'one large file', prefix: 'large', count: 1, sizeBytes: Math.round(2e9 * scale) },
  { what: '64 files', prefix: 'medium', count: 64, sizeBytes: Math.round(32e6 * scale) },
  { what: 'many small files', prefix: 'small', count: Math.ceil(5000 * scale), sizeBytes: 20_000 },
];

function install(name: string): string | undefined {
  const { status, stdout, stderr } = spawnSync(join(repository, 'scripts/storage-servers', `${name}.sh`), {
    encoding: 'utf8',
  });
  if (status === 0) return stdout.trim();
  print(`without ${name}: ${stderr.trim().split('\n').at(-1)}`);
  return undefined;
}

function table(rows: readonly (readonly string[])[]): void {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  for (const row of rows)
    print(
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('   ')
        .trimEnd(),
    );
}

const middle = (all: readonly Measured[], of: keyof Measured) =>
  percentile(
    all.map((it) => it[of]),
    0.5,
  );

const nginx = install('nginx');
if (nginx === undefined) throw new Error('the benchmark needs nginx');
const python = install('kserve-storage');
const folder = await mkdtemp(join(tmpdir(), 'serval-bench-storage-'));
const bundle = join(folder, 'serval-storage.mjs');
await bundleStorage(bundle, 'module');
const contenders: Contender[] = [serval(bundle), ...(python ? [kserve(python)] : []), curl, cp(folder)];
const chosen = models.filter(({ prefix }) => only.length === 0 || only.includes(prefix));
print(`${cpus().length} × ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node.js ${process.version}`);
print(`objects from nginx on this machine, to ${targets}; the median of ${rounds} rounds, all in turns`);
const server = await startObjectServer(nginx, folder, chosen);
try {
  for (const model of chosen) {
    const results = new Map<string, Measured[]>(contenders.map(({ name }) => [name, []]));
    for (let round = 0; round < rounds; round++) {
      for (const contender of contenders) {
        const target = await mkdtemp(join(targets, 'serval-bench-target-'));
        const { command, environment } = await contender.prepare(model, server, target, folder);
        results.get(contender.name)!.push(await measure(command, environment));
        const files = (await readdir(target, { recursive: true })).filter((name) => /\.bin/.test(name));
        if (files.length < model.count) throw new Error(`${contender.name} brought ${files.length} files`);
        await rm(target, { recursive: true, force: true });
        spawnSync('sync', [targets]); // nobody pays for what another left to write
      }
    }
    const bytes = model.count * model.sizeBytes;
    const ours = middle(results.get('serval-storage')!, 'seconds');
    print();
    print(`${model.what}: ${model.count} × ${(model.sizeBytes / 1e6).toLocaleString('en')} MB`);
    table([
      ['', 'SECONDS', 'MB/s', 'PEAK RSS', 'CPU SECONDS', 'ITS TIME / OURS'],
      ...[...results].map(([name, all]) => {
        const seconds = middle(all, 'seconds');
        return [
          name,
          seconds.toFixed(2),
          String(Math.round(bytes / 1e6 / seconds)),
          `${Math.round(middle(all, 'peakBytes') / 1e6)} MB`,
          middle(all, 'cpuSeconds').toFixed(2),
          (seconds / ours).toFixed(2),
        ];
      }),
    ]);
  }
  if (only.length === 0 || only.includes('start')) {
    print();
    const rows = [['start-up to first byte', 'MEDIAN', 'LEAST', 'ITS TIME / OURS']];
    let ours: number | undefined;
    for (const contender of contenders.filter(({ name }) => name !== 'cp')) {
      const times = await startUpMs(contender, contender.name === 'kserve-storage' ? 5 : 15);
      const median = percentile(times, 0.5);
      ours ??= median;
      rows.push([contender.name, `${median.toFixed(0)} ms`, `${times[0]!.toFixed(0)} ms`, (median / ours).toFixed(2)]);
    }
    table(rows);
  }
} finally {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}
