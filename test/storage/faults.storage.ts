import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { temporaryDirectory } from '../../packages/storage/src/test-support/temporary-directory.ts';
import { bundleStorage } from '../../scripts/storage/bundle.ts';
import { judge } from './faults/judge.ts';
import { planFrom } from './faults/plan.ts';
import { formatFaultReport, runMany } from './faults/report.ts';
import { plantWrongFile, runPlan } from './faults/run.ts';

const FIRST_SEED = 1;

let folder: string;
let executable: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'serval-faults-executable-'));
  executable = join(folder, 'serval-storage.mjs');
  await bundleStorage(executable, 'module');
});
after(() => rm(folder, { recursive: true, force: true }));

test('a hundred seeded runs through faults and kills end with the right bytes or a clear error', async (t) => {
  const outcomes = await runMany({ firstSeed: FIRST_SEED, runs: 100, parallel: 3, executable });
  const report = formatFaultReport(outcomes, FIRST_SEED);
  t.diagnostic(report);
  assert.ok(!outcomes.some(({ result }) => result === 'WRONG'), report);
  // The runs would prove nothing if most of them gave up, or none met a fault.
  assert.ok(outcomes.filter(({ result }) => result === 'right bytes').length > 60, report);
  assert.ok(outcomes.filter(({ happened }) => happened.length > 0).length > 50, report);
});

test('a wrong file that a download leaves is found, with the seed', async () => {
  const seed = 3;
  const outcome = await runPlan(planFrom(seed), executable, plantWrongFile);
  assert.equal(outcome.result, 'WRONG');
  assert.match(
    formatFaultReport([outcome], seed),
    /file-0\.bin is wrong.*\nagain: npm run faults -- --runs 1 --seed 3\n/,
  );
});

test('every kind of wrong end is found', async (t) => {
  const content = Buffer.from('the content');
  const versions = new Map([
    ['a', [content]],
    ['sub/b', [content]],
  ]);
  const cases: [string, Record<string, string | Buffer>, boolean, RegExp | undefined][] = [
    ['nothing is there yet', {}, false, undefined],
    ['one is there', { a: content }, false, undefined],
    ['a part under its temporary name', { '.serval-download/1.part': 'the' }, false, undefined],
    ['all', { a: content, 'sub/b': content, '.serval-manifest.json': '{}' }, true, undefined],
    ['a partial file', { a: 'the con' }, false, /a is partial: 7 bytes/],
    ['an empty file', { a: '' }, false, /a is partial: 0 bytes/],
    ['a byte of another', { a: 'the c0ntent' }, false, /a is wrong/],
    ['a file of no source', { c: content }, false, /c is not of the source/],
    ['a file outside', { '../c': content }, false, /c stands outside/],
    [
      'a manifest too early',
      { a: content, '.serval-manifest.json': '{}' },
      false,
      /the manifest stands, without sub\/b/,
    ],
    ['success without a file', { a: content }, true, /success, without sub\/b/],
    ['success without a manifest', { a: content, 'sub/b': content }, true, /without a manifest/],
  ];
  for (const [what, files, complete, pattern] of cases) {
    const sandbox = await temporaryDirectory(t);
    for (const [name, data] of Object.entries(files)) {
      await mkdir(join(sandbox, 'target', name, '..'), { recursive: true });
      await writeFile(join(sandbox, 'target', name), data);
    }
    const wrong = (await judge(sandbox, versions, complete)).join('; ');
    if (pattern) assert.match(wrong, pattern, what);
    else assert.equal(wrong, '', what);
  }
});
