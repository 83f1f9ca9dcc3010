import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CliError, describeError } from './cli-error.ts';
import { createOutput, renderTable } from './output.ts';

test('tables are columns and spaces, so that other programs can split them', () => {
  assert.equal(
    renderTable(
      ['NAME', 'READY'],
      [
        ['iris', 'True'],
        ['a-long-name', ''],
      ],
    ),
    'NAME          READY\niris          True\na-long-name',
  );
});

test('absent cells show a dash', () => {
  let text = '';
  const sink = {
    write: (chunk: string) => {
      text += chunk;
    },
  };
  createOutput(sink, sink).table([{ a: 1 }], { a: 'A', b: 'B' });
  assert.equal(text, 'A   B\n1   -\n');
});

test('an error is told once, with its cause and its way out', () => {
  const cause = new Error('ECONNREFUSED');
  assert.equal(
    describeError(new CliError('NotRunning', 'no answer', { hint: 'start it', cause })),
    'no answer: ECONNREFUSED\n  hint: start it',
  );
  assert.equal(describeError(new Error('said: ECONNREFUSED', { cause })), 'said: ECONNREFUSED');
});
