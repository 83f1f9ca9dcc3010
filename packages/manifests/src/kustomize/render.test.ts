import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { before, test } from 'node:test';
import { promisify } from 'node:util';
import { type AnyObject, deepEqual } from '@serval/kube/objects';
import type { FileSet } from '../file-set.ts';
import { objectKey } from '../objects/object-key.ts';
import type { Variant } from '../variant.ts';
import { parseObjects } from '../yaml/parse-yaml.ts';
import { kustomizeFiles } from './layout.ts';
import { renderKustomization } from './render.ts';
import { renderVariant, variantKustomization } from './render-variant.ts';

/** One path per line, as `scripts/install-kubectl.sh` prints them. */
const kubectls = (process.env['SERVAL_KUBECTL'] ?? '').split('\n').filter((path) => path !== '');
const skip = kubectls.length === 0 ? 'SERVAL_KUBECTL names no kubectl' : false;

const variants: Variant[] = ['serval-system', 'elsewhere'].flatMap((namespace) =>
  [true, false].flatMap((webhooks) =>
    (['self-managed', 'cert-manager'] as const).map((certificates) => ({ namespace, webhooks, certificates })),
  ),
);

let files: FileSet;
before(() => {
  files = kustomizeFiles();
});

test('the real tool renders every folder to the same objects', { skip }, async (t) => {
  const folder = await written(t, files);
  const folders = [...files.keys()].filter((path) => path.endsWith('/kustomization.yaml')).map(dirname);
  const renderable = folders.filter((path) => !/components|transformers/.test(path));
  assert.ok(renderable.length > 8);
  for (const kubectl of kubectls) {
    for (const path of renderable) {
      same(renderKustomization(files, path), await kustomize(kubectl, join(folder, path)), `${kubectl} ${path}`);
    }
  }
});

test('the real tool renders every variant to the same objects', { skip }, async (t) => {
  const folder = await written(t, files);
  for (const [index, variant] of variants.entries()) {
    for (const options of [{}, { crds: 'none', namespaceObject: false, gateway: true } as const]) {
      const path = `mine/${index}-${Object.keys(options).length}`;
      const own = [...variantKustomization(variant, '../..', options)];
      await writeAll(
        folder,
        own.map(([name, text]): [string, string] => [`${path}/${name}`, text]),
      );
      for (const kubectl of kubectls) {
        const real = await kustomize(kubectl, join(folder, path));
        same(renderVariant(files, variant, options), real, `${kubectl} ${JSON.stringify(variant)}`);
      }
    }
  }
});

for (const variant of variants) {
  const { namespace, webhooks, certificates } = variant;
  test(`${namespace}, webhooks ${webhooks ? 'on' : 'off'}, ${certificates}: nothing speaks of another namespace`, () => {
    const objects = renderVariant(files, variant, { gateway: true });
    const other = namespace === 'serval-system' ? 'elsewhere' : 'serval-system';
    assert.deepEqual(objects.filter((object) => JSON.stringify(object).includes(other)).map(objectKey), []);
    assert.equal(objects[0]?.kind, 'Namespace');
    assert.equal(new Set(objects.map(objectKey)).size, objects.length);
  });
}

test('without webhooks there are no objects of webhooks and one served version per kind', () => {
  const objects = renderVariant(files, { namespace: 'a', webhooks: false, certificates: 'cert-manager' });
  assert.ok(
    !objects.some(({ kind, metadata }) => /Webhook|Certificate/.test(kind) || metadata.name === 'serval-webhook'),
  );
  for (const crd of objects.filter(({ kind }) => kind === 'CustomResourceDefinition')) {
    assert.notEqual(crd['spec'].conversion?.strategy, 'Webhook');
    for (const version of crd['spec'].versions) assert.equal(version.served, version.storage, objectKey(crd));
  }
});

async function kustomize(kubectl: string, folder: string): Promise<AnyObject[]> {
  const { stdout } = await promisify(execFile)(kubectl, ['kustomize', folder], { maxBuffer: 256 * 1024 * 1024 });
  return parseObjects(stdout, folder);
}

function same(ours: AnyObject[], theirs: AnyObject[], where: string): void {
  assert.deepEqual(ours.map(objectKey).sort(), theirs.map(objectKey).sort(), where);
  const real = new Map(theirs.map((object) => [objectKey(object), object]));
  for (const object of ours) {
    const other = real.get(objectKey(object));
    // The message of a difference would show the whole definition.
    if (!deepEqual(object, other) && object.kind !== 'CustomResourceDefinition') assert.deepEqual(object, other, where);
    assert.ok(deepEqual(object, other), `${where}: ${objectKey(object)} differs`);
  }
}

async function written(t: { after(done: () => Promise<void>): void }, all: FileSet): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'serval-kustomize-'));
  t.after(() => rm(folder, { recursive: true }));
  await writeAll(folder, all);
  return folder;
}

async function writeAll(folder: string, all: Iterable<readonly [string, string]>): Promise<void> {
  for (const [path, text] of all) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}
