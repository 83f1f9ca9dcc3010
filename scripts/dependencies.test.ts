import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

interface Manifest {
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

const root = new URL('../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');

test('every dependency is pinned exactly and has its line in docs/dependencies.md', () => {
  const manifests = [
    'package.json',
    ...readdirSync(new URL('packages', root)).map((name) => `packages/${name}/package.json`),
  ];
  const listed = new Set([...read('docs/dependencies.md').matchAll(/`([^`]+)`/g)].map((match) => match[1]));
  const needed = new Map<string, string>();
  for (const path of manifests) {
    const { dependencies, devDependencies, optionalDependencies } = JSON.parse(read(path)) as Manifest;
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies })) {
      assert.match(version, /^\d+\.\d+\.\d+(-[\w.]+)?$/, `${path}: ${name} ${version}`);
      if (!name.startsWith('@serval/')) needed.set(name, path);
    }
  }
  assert.ok(needed.size > 10);
  for (const [name, path] of needed)
    assert.ok(listed.has(name), `${name} of ${path} has no line in docs/dependencies.md`);
});

test('the lock file names no registry', () => {
  assert.doesNotMatch(read('package-lock.json'), /"resolved": "https?:/);
});
