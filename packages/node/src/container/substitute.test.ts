import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPathSubstitution, mapPath } from './substitute.ts';

const mappings = [
  { containerPath: '/mnt', realPath: '/real/mnt' },
  { containerPath: '/mnt/models', realPath: '/real/$&/models' },
  { containerPath: '/etc/a.b', realPath: '/real/ab' },
];

test('mount paths are replaced by whole segments, the longest first', () => {
  const substitute = createPathSubstitution(mappings);
  for (const [text, expected] of [
    ['/mnt/models', '/real/$&/models'],
    ['/mnt/models/iris', '/real/$&/models/iris'],
    ['/mnt/models2', '/real/mnt/models2'],
    ['/mntx', '/mntx'],
    ['--dir=/mnt/models', '--dir=/real/$&/models'],
    ['file:///mnt/models/a', 'file:///real/$&/models/a'],
    ['http://host/mnt/models', 'http://host/mnt/models'],
    ['/data/mnt/models', '/data/mnt/models'],
    ['/mnt:/mnt/models:/other', '/real/mnt:/real/$&/models:/other'],
    ['cat "/mnt/models/x" > /mnt/y', 'cat "/real/$&/models/x" > /real/mnt/y'],
    ['/etc/axb', '/etc/axb'],
    ['/etc/a.b', '/real/ab'],
    ['./mnt', './mnt'],
  ] as const) {
    assert.equal(substitute(text), expected, text);
  }
});

test('a path beneath a mount is mapped', () => {
  assert.equal(mapPath('/mnt/models/a', mappings), '/real/$&/models/a');
  assert.equal(mapPath('/mnt', mappings), '/real/mnt');
  assert.equal(mapPath('/mntx', mappings), undefined);
});
