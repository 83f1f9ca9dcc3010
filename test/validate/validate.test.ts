import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { badFolder, badManifests, byFile, goodFolder, type JsonVerdict } from './corpus.ts';
import { validate } from './run-validate.ts';

const bad = await badManifests();
let verdicts: Map<string, JsonVerdict[]>;
let code: number;

before(async () => {
  const outcome = await validate(['-f', badFolder, '--json']);
  code = outcome.code;
  verdicts = byFile((JSON.parse(outcome.stdout) as { objects: JsonVerdict[] }).objects);
});

test('the corpus is worth its name, and each bad manifest says what is wrong with it', async () => {
  assert.ok(bad.length >= 60, `${bad.length} bad manifests`);
  for (const { file, expected } of bad) assert.notEqual(expected.length, 0, file);
});

test('good manifests pass, with nothing said against any of them', async () => {
  const { code, stdout } = await validate(['-f', goodFolder, '--json']);
  const { objects } = JSON.parse(stdout) as { objects: JsonVerdict[] };
  const blamed = objects.filter(({ errors, result }) => errors.length > 0 || !['ok', 'not checked'].includes(result));
  assert.deepEqual(blamed, []);
  assert.equal(code, 0);
});

for (const { file, expected } of bad) {
  test(`bad/${file} fails with exactly the fields that it expects`, async () => {
    assert.equal(code, 1);
    const errors = (verdicts.get(file) ?? []).flatMap((verdict) => verdict.errors);
    const fields = (list: readonly { field: string }[]) => list.map(({ field }) => field).sort();
    assert.deepEqual(fields(errors), fields(expected), JSON.stringify(errors, null, 1));
    for (const { field, message } of expected) {
      const found = errors.find((error) => error.field === field && error.message.includes(message));
      assert.ok(found, `${field}: ${message} is not in ${JSON.stringify(errors)}`);
    }
  });
}

test('errors have the lines of their fields', async () => {
  const file = 'unknown-field-deep.yaml';
  const lines = (await readFile(join(badFolder, file), 'utf8')).split('\n');
  const [error] = verdicts.get(file)?.[0]?.errors ?? [];
  assert.match(lines[(error?.line ?? 0) - 1] ?? '', /vals:/);
});

test('the table names file, line, object and field', async () => {
  const { stdout, stderr, code } = await validate(['-f', join(badFolder, 'unknown-field-container.yaml')]);
  assert.match(
    stdout,
    /unknown-field-container\.yaml:\d+ +InferenceService\/iris +invalid +spec\.predictor\.containers\[0\]\.livenessProbe\.httpGet\.prot +unknown field; did you mean "port"\?/,
  );
  assert.match(stderr, /1 object in 1 file: 0 ok, 1 invalid/);
  assert.equal(code, 1);
});

test('unknown fields can be warnings, other kinds can be failures', async () => {
  const typo = join(badFolder, 'unknown-field-container.yaml');
  const warned = await validate(['-f', typo, '--warn']);
  assert.match(warned.stdout, /warning .*httpGet\.prot: unknown field/);
  assert.equal(warned.code, 0);
  const others = join(goodFolder, 'other-kinds.yaml');
  assert.equal((await validate(['-f', others])).code, 0);
  assert.equal((await validate(['-f', others, '--strict'])).code, 1);
});

test('every example passes', async () => {
  const outcome = await validate(['-R', '-f', 'examples']);
  assert.equal(outcome.code, 0, outcome.stdout);
});

test('no server is asked', async () => {
  const { code } = await validate(['-f', goodFolder, '--kubeconfig', '/nowhere/at/all']);
  assert.equal(code, 0);
});
