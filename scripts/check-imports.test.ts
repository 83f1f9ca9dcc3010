import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allowedImports, importsOf, mayImport } from './check-imports.ts';

const table = allowedImports(`## Rooms
| package | purpose | may import |
|---|---|---|
| \`kube\` | … | – |
| \`api\` | … | \`kube/objects\`, \`kube/schema\` |
| \`engine\` | … | \`kube\` |
| \`cli\` | … | all |

## Next
| \`other\` | … | \`kube\` |
`);

test('the table of the architecture page decides who may import whom', () => {
  assert.deepEqual([...table.keys()], ['kube', 'api', 'engine', 'cli']);
  assert.equal(mayImport(table, 'engine', '@serval/kube/client'), true);
  assert.equal(mayImport(table, 'api', '@serval/kube/objects'), true);
  assert.equal(mayImport(table, 'api', '@serval/kube/client'), false);
  assert.equal(mayImport(table, 'engine', '@serval/api'), false);
  assert.equal(mayImport(table, 'unknown', '@serval/kube'), false);
  assert.equal(mayImport(table, 'cli', '@serval/engine'), true);
});

test('imports are found however they are written', () => {
  const source = `import a from 'a';
import type { B } from "b";
export * from './c.ts';
const d = await import('d');
import 'e';
type F = import('f').F;`;
  assert.deepEqual(importsOf(source).sort(), ['./c.ts', 'a', 'b', 'd', 'e', 'f']);
});
