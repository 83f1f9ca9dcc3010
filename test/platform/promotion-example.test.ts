import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { launcher, repository, run, serval, startPlatform } from '../support/serval.ts';
import { decide } from './promotion-commands.ts';

test('the example of promotions runs to its end, as its README tells', async (t) => {
  const examples = join(repository, 'examples');
  const { dataDir } = await startPlatform(t, { args: ['--model-store', examples] });
  const env = { ...process.env, SERVAL: `${process.execPath} ${launcher}`, SERVAL_DATA_DIR: dataDir };
  const { code, stdout, stderr } = await run('bash', [join(examples, 'promotion/promote.sh')], { env });
  assert.equal(code, 0, stderr + stdout);
  // Every way to end is in its history.
  const history = stdout.slice(stdout.lastIndexOf('PROMOTION'));
  for (const outcome of ['Healthy', 'RolledBack', 'Failed']) assert.match(history, new RegExp(` ${outcome} `));
  assert.match(stderr, /Applied +Unknown +Canary: a canary gets 20 % of the requests/);
  assert.match(stderr, /failed, and was rolled back: ContentDiffers/);
  assert.match(stderr, /failed: PredictionDiffers/);
  await decide((args, input) => serval(args, { dataDir, ...(input === undefined ? {} : { input }) }));
});
