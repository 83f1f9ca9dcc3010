import assert from 'node:assert/strict';
import { posix } from 'node:path';
import { before, test } from 'node:test';
import type { FileSet } from './file-set.ts';
import { generateDeploy } from './generate.ts';
import { readKustomization } from './kustomize/kustomization.ts';
import { generatedNote } from './yaml/generated-file.ts';
import { parseYaml } from './yaml/parse-yaml.ts';

let files: FileSet;
before(() => {
  files = generateDeploy();
});

test('generating twice gives the same files in the same order', () => {
  const again = generateDeploy();
  assert.deepEqual([...again.keys()], [...files.keys()]);
  for (const [path, text] of files) assert.ok(again.get(path) === text, `${path} differs`);
});

test('every YAML file says that it is generated, ends with a line break, and is YAML', () => {
  for (const [path, text] of files) {
    if (!path.endsWith('.yaml') || path.startsWith('helm/')) continue;
    assert.ok(text.startsWith(`# ${generatedNote}\n`), path);
    assert.ok(text.endsWith('\n') && !text.endsWith('\n\n'), path);
    assert.equal(parseYaml(text, path).length, 1, path);
  }
});

test('every file of Kustomize is named by the kustomization of its folder, and every folder leads to files', () => {
  const named = new Set<string>();
  for (const path of files.keys()) {
    if (posix.basename(path) !== 'kustomization.yaml') continue;
    named.add(path);
    const folder = posix.dirname(path);
    const { resources = [], components = [], patches = [], transformers = [] } = readKustomization(files, folder);
    for (const entry of [...resources, ...components, ...transformers, ...patches.map((patch) => patch.path)]) {
      const at = posix.join(folder, entry);
      const file = files.has(at) ? at : posix.join(at, 'kustomization.yaml');
      assert.ok(files.has(file), `${path} names ${entry}`);
      named.add(file);
    }
  }
  const orphans = [...files.keys()].filter((path) => /^(crds|kustomize)\//.test(path) && !named.has(path));
  assert.deepEqual(orphans, []);
});

test('all of it stays small enough for a repository', () => {
  const length = [...files.values()].reduce((sum, text) => sum + text.length, 0);
  assert.ok(length < 15_000_000, `${length} characters`);
});
