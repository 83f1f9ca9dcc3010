import { openStore } from '../store.ts';

// Writes until it is killed, telling its parent of every write that was acknowledged.
const store = openStore(process.argv[2]!);
for (let i = 0; ; i += 1) {
  const key = `/object-${i}`;
  await store.write({ resource: 'r', key, expected: '', object: { apiVersion: 'v1', kind: 'Thing', metadata: { name: key } } });
  process.send?.(key);
}
