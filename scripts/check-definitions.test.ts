import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { checkDefinitions, mayBreak } from './check-definitions.ts';

test('which version may break users of which', () => {
  for (const [from, to, expected] of [
    ['v1.2.3', '2.0.0', true],
    ['v1.2.3', '1.3.0', false],
    ['v0.1.0', '0.2.0', true],
    ['v0.1.0', '0.1.1', false],
    ['v0.0.1', '0.0.2', true],
    ['v0.2.0', '0.1.0', false],
    ['v0.1.0', '1.0.0', true],
    ['v1.0.0', '1.0.0', false],
  ] as const) {
    assert.equal(mayBreak(from, to), expected, `${from} to ${to}`);
  }
});

const definition = (properties: object) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'things.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'things', kind: 'Thing' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties } } } },
      },
    ],
  },
});

/** A repository of its own, and a way to write a version of the definitions into it. */
function repository(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'serval-definitions-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const git = (...args: string[]) =>
    execFileSync(
      'git',
      ['-c', 'user.name=test', '-c', 'user.email=test@example.com', '-c', 'commit.gpgsign=false', ...args],
      { cwd: folder },
    );
  git('init', '-q');
  const write = (version: string, properties: object) => {
    for (const bundle of ['standard', 'full']) {
      mkdirSync(join(folder, 'deploy/crds', bundle), { recursive: true });
      writeFileSync(join(folder, 'deploy/crds', bundle, 'things.yaml'), JSON.stringify(definition(properties)));
    }
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ version }));
  };
  const release = (version: string, properties: object) => {
    write(version, properties);
    git('add', '-A');
    git('commit', '-q', '-m', version);
    git('tag', `v${version}`);
  };
  const check = () => {
    const lines: string[] = [];
    return { code: checkDefinitions(folder, (line) => lines.push(line)), text: lines.join('\n') };
  };
  return { git, write, release, check };
}

const text = { type: 'string' };

test('before the first release there is nothing to compare with', (t) => {
  const { write, check } = repository(t);
  write('0.1.0', { a: text });
  assert.deepEqual(check(), { code: 0, text: 'no version is tagged yet: there are no definitions to compare with' });
});

test('the last of two versions counts, and a change that breaks nobody passes', (t) => {
  const { release, write, check } = repository(t);
  release('0.9.0', { a: text, gone: text });
  release('0.10.0', { a: text });
  write('0.10.1', { a: text, b: text });
  const { code, text: said } = check();
  assert.equal(code, 0, said);
});

test('a change that breaks users needs a version that says so', (t) => {
  const { release, write, check } = repository(t);
  release('0.1.0', { a: text, b: text });
  write('0.1.1', { a: { type: 'integer' } });
  const refused = check();
  assert.equal(refused.code, 1);
  assert.match(refused.text, /things\.example\.com[\s\S]*spec\.a[\s\S]*0\.1\.1 may not break users of v0\.1\.0/);
  write('0.2.0', { a: { type: 'integer' } });
  const allowed = check();
  assert.equal(allowed.code, 0, allowed.text);
  assert.match(allowed.text, /0\.2\.0 may break users of v0\.1\.0/);
});
