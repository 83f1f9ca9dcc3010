import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkObject, kindOf } from '@serval/api';
import type { AnyObject } from '@serval/kube/objects';
import { generateSchemas, schemaCatalogue } from '@serval/manifests';
import { repository } from '../support/serval.ts';
import { badFolder, goodFolder } from '../validate/corpus.ts';
import { metaSchema } from './meta-schema.ts';
import { readManifests } from './read-manifests.ts';
import { judgeBy, structuralErrors } from './verdicts.ts';

const files = generateSchemas();
const catalogue = schemaCatalogue();
const text = (path: string) => files.get(path) ?? '';
const byAll = judgeBy(text('schemas/serval.json'));
const byKind = new Map(catalogue.flatMap(({ kind, path }) => (kind ? [[kind, judgeBy(text(path))] as const] : [])));

/** Bad manifests whose fault the checks see by a schema, and draft 7 cannot tell. */
const beyondDraft7: Readonly<Record<string, string>> = {
  'duplicate-env.yaml': 'items of a list with the same key; uniqueItems compares whole items',
};

test('every file is in the catalogue, and valid draft 7', () => {
  assert.deepEqual([...files.keys()].sort(), catalogue.map(({ path }) => path).sort());
  const judge = judgeBy(JSON.stringify(metaSchema));
  for (const [path, schema] of files) assert.deepEqual(judge(JSON.parse(schema)), [], path);
});

test('every reference leads to a definition, every definition is used, and no keyword of Kubernetes is left', () => {
  for (const [path, schema] of files) {
    const { definitions = {} } = JSON.parse(schema) as { definitions?: object };
    const referred = new Set([...schema.matchAll(/"#\/definitions\/([^"]+)"/g)].map(([, name]) => name));
    assert.deepEqual([...referred].sort(), Object.keys(definitions).sort(), path);
    assert.doesNotMatch(schema, /"x-kubernetes-/, path);
  }
});

for (const folder of [goodFolder, join(repository, 'examples')]) {
  test(`good manifests pass: ${folder.slice(repository.length)}`, async () => {
    const manifests = await readManifests(folder);
    assert.notEqual(manifests.length, 0);
    for (const { file, objects } of manifests) {
      for (const object of objects ?? assert.fail(`${file} is no YAML`)) {
        assert.deepEqual(byAll(object), [], file);
        const kind = kindOf(object.apiVersion, object.kind);
        if (kind) assert.deepEqual(byKind.get(kind)?.(object), [], file);
      }
    }
  });
}

test('bad manifests are refused where a schema can see why', async () => {
  let refused = 0;
  for (const { file, objects } of await readManifests(badFolder)) {
    // Rules of kinds, and what is no YAML, take `serval validate`.
    const isSeen = objects?.some((object) => {
      const kind = kindOf(object.apiVersion, object.kind);
      return kind ? structuralErrors(kind, object).length > 0 : isMisnamed(object);
    });
    const errors = objects?.flatMap(byAll) ?? [];
    if (beyondDraft7[file] !== undefined) assert.deepEqual(errors, [], `${file}: ${beyondDraft7[file]}`);
    else if (isSeen) assert.notEqual(errors.length, 0, file);
    if (errors.length > 0) refused += 1;
  }
  assert.ok(refused >= 40, `${refused} bad manifests are refused`);
});

/** Whether an object says that it is of a group of ours, and of no kind of it. */
function isMisnamed(object: AnyObject): boolean {
  const { apiVersion, kind } = object;
  return typeof apiVersion === 'string' && typeof kind === 'string' && checkObject(object).errors.length > 0;
}
