import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { createArchiveLimiter } from '../archive/limits.ts';
import { stageEntries } from '../archive/stage.ts';
import { failsWith } from '../test-support/expect.ts';
import { type TarEntry, tarArchive } from '../test-support/tar-writer.ts';
import { temporaryDirectory } from '../test-support/temporary-directory.ts';
import { type LayersOptions, layerEntries } from './layers.ts';

type Layer = TarEntry[] | { fileName: string; content: string };

/** What stands in the end, as names and contents. */
async function unpack(t: TestContext, layers: readonly Layer[], options: Partial<LayersOptions> = {}) {
  const directory = await temporaryDirectory(t);
  const files = await Promise.all(
    layers.map(async (layer, place) => {
      const path = join(directory, `layer-${place}`);
      const tar = Array.isArray(layer) ? tarArchive(layer) : Buffer.from(layer.content);
      const data = !Array.isArray(layer)
        ? tar
        : place % 3 === 1
          ? gzipSync(tar)
          : place % 3 === 2
            ? zstdCompressSync(tar)
            : tar;
      await writeFile(path, data);
      return { path, sizeBytes: data.length, fileName: Array.isArray(layer) ? undefined : layer.fileName };
    }),
  );
  const read = { source: 'image', limiter: createArchiveLimiter('image'), signal: new AbortController().signal };
  const entries = layerEntries(files, { ...read, folder: 'models', whiteouts: true, ...options });
  const staged = await stageEntries(entries, join(directory, 'staged'), read);
  const contents = staged.map(async ({ name, path }) => [name, await readFile(path, 'utf8')] as const);
  return Object.fromEntries((await Promise.all(contents)).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const dir = (name: string): TarEntry => ({ name: `${name}/`, typeFlag: '5', mode: 0o755 });
const file = (name: string, content = name): TarEntry => ({ name, content });
const symlink = (name: string, linkName: string): TarEntry => ({ name, typeFlag: '2', linkName });
const hardlink = (name: string, linkName: string): TarEntry => ({ name, typeFlag: '1', linkName });

const TABLE: { rule: string; layers: Layer[]; result: Record<string, string> }[] = [
  {
    rule: 'only the folder is the model, in layers of every compression',
    layers: [
      [dir('etc'), file('etc/passwd')],
      [dir('models'), file('models/a')],
      [file('models/sub/b')],
      [file('modelsx')],
    ],
    result: { a: 'models/a', 'sub/b': 'models/sub/b' },
  },
  {
    rule: 'later layers replace',
    layers: [[file('models/a', '1'), file('models/b', '1')], [file('models/a', '2')]],
    result: { a: '2', b: '1' },
  },
  {
    rule: 'a whiteout takes a file or a folder of lower layers away',
    layers: [
      [file('models/a'), file('models/d/x'), file('models/d/y'), file('models/dd')],
      [file('models/.wh.a'), file('models/.wh.d')],
    ],
    result: { dd: 'models/dd' },
  },
  {
    rule: 'a whiteout beside its own successor does not take that away, whichever comes first',
    layers: [
      [file('models/d/x', '1'), file('models/e', '1')],
      [file('models/.wh.d'), file('models/d/z', '2'), file('models/e', '2'), file('models/.wh.e')],
    ],
    result: { 'd/z': '2', e: '2' },
  },
  {
    rule: 'an opaque folder shows nothing of lower layers',
    layers: [
      [file('models/d/x', '1'), file('models/d/s/y', '1'), file('models/a', '1')],
      [dir('models/d'), file('models/d/.wh..wh..opq'), file('models/d/z', '2')],
    ],
    result: { a: '1', 'd/z': '2' },
  },
  {
    rule: 'an opaque root, too',
    layers: [[file('models/a', '1')], [file('.wh..wh..opq'), file('models/b', '2')]],
    result: { b: '2' },
  },
  {
    rule: 'what was taken away may come back',
    layers: [[file('models/a', '1')], [file('models/.wh.a')], [file('models/a', '3')]],
    result: { a: '3' },
  },
  {
    rule: 'a folder replaces a file, and a file a folder with all that is in it',
    layers: [
      [file('models/a', '1'), file('models/d/x', '1')],
      [file('models/a/y', '2'), file('models/d', '2')],
    ],
    result: { 'a/y': '2', d: '2' },
  },
  {
    rule: 'a file that is a folder again later has still replaced the first folder',
    layers: [[file('models/b/a', '1')], [file('models/b', '2')], [file('models/b/c/d', '3')]],
    result: { 'b/c/d': '3' },
  },
  {
    rule: 'bookkeeping of storage drivers is nothing',
    layers: [[file('models/a'), file('models/.wh..wh.plnk'), file('models/.wh.'), file('models/.wh..wh.a')]],
    result: { a: 'models/a' },
  },
  {
    rule: 'names from the root of the image',
    layers: [
      [file('/models/a', '1'), file('./models/b', '1')],
      [file('/models/.wh.b'), hardlink('/models/c', '/models/a')],
    ],
    result: { a: '1', c: '1' },
  },
  {
    rule: 'links inside, also absolute ones and such over the root of the image',
    layers: [
      [
        file('models/v1/a', 'A'),
        symlink('models/absolute', '/models/v1/a'),
        symlink('models/over', '../models/v1'),
        symlink('models/v1/up', '../v1/a'),
        hardlink('models/hard', 'models/v1/a'),
      ],
    ],
    result: { absolute: 'A', hard: 'A', 'over/a': 'A', 'over/up': 'A', 'v1/a': 'A', 'v1/up': 'A' },
  },
  {
    rule: 'a hard link keeps its content when a later layer replaces or removes its target',
    layers: [
      [file('models/a', '1'), file('models/b', '1b')],
      [hardlink('models/a2', 'models/a'), hardlink('models/a3', 'models/a'), hardlink('models/b2', 'models/b')],
      [file('models/a', '3'), file('models/.wh.b')],
    ],
    result: { a: '3', a2: '1', a3: '1', b2: '1b' },
  },
  {
    rule: 'also when the target is outside the folder by then hidden',
    layers: [[file('data/a', '1')], [hardlink('models/b', 'data/a')], [file('data/.wh.a')]],
    result: { b: '1' },
  },
];

for (const { rule, layers, result } of TABLE) {
  test(rule, async (t) => {
    assert.deepEqual(await unpack(t, layers), result);
  });
}

test('layers of an artifact are laid over each other, files among them, and whiteouts are names', async (t) => {
  const layers: Layer[] = [[file('a', '1'), file('.wh.b', '1')], { fileName: 'raw/c', content: 'C' }, [file('a', '3')]];
  assert.deepEqual(await unpack(t, layers, { folder: '', whiteouts: false }), { '.wh.b': '1', a: '3', 'raw/c': 'C' });
});

test('the whole image can be the model', async (t) => {
  assert.deepEqual(await unpack(t, [[file('x/a', '1')], [file('x/.wh.a'), file('b', '2')]], { folder: '' }), {
    b: '2',
  });
});

test('what leads out, or is not there, is refused by name', async (t) => {
  for (const [layers, pattern] of [
    [[[file('data/x'), file('models/a'), symlink('models/l', '/data/x')]], /"l" to "\/data\/x"/],
    [[[file('data/x'), file('models/a'), symlink('models/l', '../data/x')]], /"l" to "..\/data\/x"/],
    [[[file('models/a'), symlink('models/l', '../../../../etc/passwd')]], /"l"/],
    [[[file('models/a'), hardlink('models/l', 'etc/passwd')]], /"l"/],
    [[[file('models/a'), hardlink('models/l', 'models/none')]], /"l" to "none"/],
    [
      [[file('models/a')], [hardlink('models/l', 'models/none')], [file('models/none')]],
      /hard link "models\/l" to "models\/none"/,
    ],
    [[[file('models/../etc/a')]], /leads out/],
    [[[file('models//a')]], /absolute/],
    [[[file('models/b//a')]], /segment/],
    [[[file('models/a'), { name: 'models/dev', typeFlag: '3' }]], /character-device/],
    [[[file('models/a'), file('models/A')]], /"A"/],
  ] as [Layer[], RegExp][]) {
    await assert.rejects(unpack(t, layers), failsWith('UnsafeName', pattern));
  }
});

test('a chain of hard links is followed below a layer that hides it, and a circle is refused', async (t) => {
  const below = [
    [file('models/weights', '1')],
    [hardlink('models/b', 'models/weights'), hardlink('models/c', 'models/b')],
  ];
  const hidden = [file('models/weights', '2'), file('models/b', '3')];
  assert.deepEqual(await unpack(t, [...below, hidden]), { b: '3', c: '1', weights: '2' });
  assert.deepEqual(
    await unpack(t, [...below, [hardlink('models/d', 'models/c')], [...hidden, file('models/c', '4')]]),
    {
      b: '3',
      c: '4',
      d: '1',
      weights: '2',
    },
  );
  const circle = [hardlink('models/b', 'models/c'), hardlink('models/c', 'models/b'), hardlink('models/d', 'models/b')];
  await assert.rejects(unpack(t, [circle, [file('models/b', '1')]]), failsWith('UnsafeName', /leads to something/));
});

test('an image without the folder tells what it has', async (t) => {
  await assert.rejects(
    unpack(t, [[file('weights/a'), file('etc/b'), dir('models')]]),
    failsWith('ObjectNotFound', /no file below \/models — it has \/etc, \/models, \/weights; SERVAL_OCI_MODEL_PATH/),
  );
  await assert.rejects(
    unpack(t, [[file('opt/a'), symlink('models', 'opt')]]),
    failsWith('ObjectNotFound', /\/models is a link to opt/),
  );
});

/** The rule as it is written: layers from the first to the last, each applied to what stands. */
function applied(layers: readonly TarEntry[][]): Record<string, string> {
  let tree = new Map<string, string>();
  const removeTree = (path: string) => {
    for (const name of [...tree.keys()]) if (name === path || name.startsWith(`${path}/`)) tree.delete(name);
  };
  for (const layer of layers) {
    for (const { name } of layer) {
      const at = name.lastIndexOf('/') + 1;
      const base = name.slice(at);
      const parent = name.slice(0, at);
      if (base === '.wh..wh..opq') tree = new Map([...tree].filter(([each]) => !each.startsWith(parent)));
      else if (base.startsWith('.wh.')) removeTree(parent + base.slice(4));
    }
    for (const { name, content, linkName } of layer) {
      if (/(^|\/)\.wh\./.test(name)) continue;
      const text = linkName === undefined ? String(content) : tree.get(linkName)!;
      for (let at = name.indexOf('/'); at > 0; at = name.indexOf('/', at + 1)) tree.delete(name.slice(0, at));
      removeTree(name);
      tree.set(name, text);
    }
  }
  const inside = [...tree].filter(([name]) => name.startsWith('models/')).map(([name, text]) => [name.slice(7), text]);
  return Object.fromEntries(inside.sort(([a], [b]) => (a! < b! ? -1 : 1)));
}

test('reading from the last layer to the first ends as applying from the first to the last does', async (t) => {
  const segment = fc.constantFrom('a', 'b', 'c');
  const path = fc.array(segment, { minLength: 1, maxLength: 3 }).map((segments) => `models/${segments.join('/')}`);
  const change = fc.record({
    kind: fc.constantFrom('file', 'file', 'whiteout', 'opaque', 'link'),
    path,
    other: fc.nat(20),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(change, { maxLength: 5 }), { minLength: 1, maxLength: 4 }), async (plan) => {
      let count = 0;
      const layers: TarEntry[][] = [];
      for (const changes of plan) {
        const layer: TarEntry[] = [];
        const before = Object.keys(applied(layers)).map((name) => `models/${name}`);
        for (const { kind, path, other } of changes) {
          const at = path.lastIndexOf('/') + 1;
          if (kind === 'whiteout') layer.push(file(`${path.slice(0, at)}.wh.${path.slice(at)}`, ''));
          else if (kind === 'opaque') layer.push(file(`${path}/.wh..wh..opq`, ''));
          else {
            // A tar of one layer is consistent: no name twice, no file that is a folder, too.
            const clash = layer.some(
              ({ name }) => name === path || name.startsWith(`${path}/`) || path.startsWith(`${name}/`),
            );
            if (clash) continue;
            if (kind === 'file') layer.push(file(path, `${count++}`));
            else {
              const target = before[other % Math.max(1, before.length)];
              // A link to what its own layer takes away or replaces cannot be made.
              if (target && applied([...layers, layer])[target.slice(7)] === applied(layers)[target.slice(7)]) {
                layer.push(hardlink(path, target));
              }
            }
          }
        }
        const valid = layer.filter(({ linkName }) => {
          if (linkName === undefined) return true;
          const others = layer.filter((each) => each.linkName === undefined);
          const stays = applied([...layers, others])[linkName.slice(7)] === applied(layers)[linkName.slice(7)];
          return (
            stays &&
            !layer.some(
              ({ name }) => name === linkName || name.startsWith(`${linkName}/`) || linkName.startsWith(`${name}/`),
            )
          );
        });
        layers.push(valid);
      }
      const expected = applied(layers);
      if (Object.keys(expected).length === 0) return;
      const nonEmpty = layers.filter((layer) => layer.length > 0);
      assert.deepEqual(await unpack(t, nonEmpty), expected);
    }),
    {
      numRuns: 150,
      examples: [
        // A link to a link, whose own name a later layer replaces.
        [
          [
            [{ kind: 'file', path: 'models/c', other: 0 }],
            [{ kind: 'link', path: 'models/b/a', other: 0 }],
            [{ kind: 'link', path: 'models/a', other: 0 }],
            [{ kind: 'file', path: 'models/b', other: 0 }],
          ],
        ],
      ],
    },
  );
});
