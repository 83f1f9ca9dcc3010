// npm run faults [-- --runs 1000 --seed 1 --parallel 6]: random downloads through bad networks, servers and kills.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundleStorage } from '../../../scripts/storage/bundle.ts';
import { formatFaultReport, runMany } from './report.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    parallel: { type: 'string', default: '6' },
  },
});
const folder = await mkdtemp(join(tmpdir(), 'serval-faults-executable-'));
try {
  const executable = join(folder, 'serval-storage.mjs');
  await bundleStorage(executable, 'module');
  const firstSeed = Number(values.seed);
  let done = 0;
  const outcomes = await runMany(
    { firstSeed, runs: Number(values.runs), parallel: Number(values.parallel), executable },
    () => ++done % 100 === 0 && process.stderr.write(`${done} runs\n`),
  );
  process.stdout.write(formatFaultReport(outcomes, firstSeed));
  process.exitCode = outcomes.some(({ result }) => result === 'WRONG') ? 1 : 0;
} finally {
  await rm(folder, { recursive: true, force: true });
}
