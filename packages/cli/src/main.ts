import { DatabaseSync } from 'node:sqlite';
import { keyOf } from '@serval/kube/objects';

new DatabaseSync(':memory:');
console.log(keyOf({ namespace: 'a', name: 'b' }), process.argv.slice(2), process.version);
