#!/usr/bin/env node
// Starts the command: the built files where there are any, else the sources of a clone. Plain JavaScript, so that an
// older Node.js can still read the message below.
import { existsSync } from 'node:fs';
import * as module from 'node:module';

if (Number(process.versions.node.split('.')[0]) < 24) {
  process.stderr.write(`serval-operator: needs Node.js 24 or newer, this is ${process.version}\n`);
  process.exit(1);
}
module.enableCompileCache();
if (existsSync(new URL('../dist/main.js', import.meta.url))) {
  await import('../dist/main.js');
} else {
  module.registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier, { ...context, conditions: [...context.conditions, '@serval/source'] }),
  });
  await import('../src/main.ts');
}
