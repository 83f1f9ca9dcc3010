import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { dump } from 'js-yaml';
import { editSecretFile, readSecretFile } from './secret-file.ts';

const text = fc.oneof(
  fc.string(),
  fc.constantFrom(
    '{\n  "a": "b"\n}\n',
    '{"a":"b"}',
    "it's",
    'a: b # c',
    '\n\n x',
    '\ttab',
    'x\n\n',
    'true',
    '1e3',
    'é\u2028 ',
    '- |\n',
  ),
  fc
    .array(fc.constantFrom('{', ' "k": "v"', '', '  deep', '# no comment', '}'), { maxLength: 5 })
    .map((lines) => lines.join('\n')),
);
const key = fc.stringMatching(/^[-._a-zA-Z0-9]{1,6}$/);
const texts = fc.dictionary(key, text, { minKeys: 1, maxKeys: 4, noNullPrototype: true });
const style = fc.record({
  flowLevel: fc.constantFrom(-1, 1, 2),
  indent: fc.constantFrom(2, 4),
  lineWidth: fc.constantFrom(-1, 20),
  quotingType: fc.constantFrom("'" as const, '"' as const),
  forceQuotes: fc.boolean(),
});
const encoded = (all: Record<string, string>) =>
  Object.fromEntries(Object.entries(all).map(([name, value]) => [name, Buffer.from(value).toString('base64')]));

test('whatever stands in a manifest, however it is written: an edit changes that and nothing else', () => {
  fc.assert(
    fc.property(texts, texts, texts, style, fc.boolean(), (data, stringData, wanted, options, isJson) => {
      const secret = {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'storage-config' },
        ...(isJson ? {} : { data: encoded(data) }),
        stringData,
      };
      const other = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'other' }, data: { 'cabundle.crt': 'x' } };
      const source = isJson
        ? JSON.stringify(secret, null, options.indent)
        : `# first\n${dump(secret, options)}# between\n---\n${dump(other, options)}# last`;
      const file = readSecretFile('a.yaml', source, 'storage-config', '');
      const [found] = file.secrets;
      assert.ok(found);
      const known = { ...(isJson ? {} : data), ...stringData };
      assert.deepEqual(found.data, known);
      // One key is taken out, others are replaced, and those that are not there yet are put in one at a time.
      const [gone] = Object.keys(known);
      const [added, ...rest] = Object.entries(wanted).filter(([name]) => !Object.hasOwn(known, name));
      void rest;
      const replaced = Object.keys(known)
        .slice(1, 3)
        .map((name, index) => [name, Object.values(wanted)[index] ?? ''] as const);
      const edits = {
        ...Object.fromEntries(replaced),
        ...(added ? { [added[0]]: added[1] } : {}),
        [gone as string]: undefined,
      };
      const edited = editSecretFile(file, [{ secret: found, texts: edits }], []);

      const again = readSecretFile('a.yaml', edited, 'storage-config', '');
      const expected = Object.entries({ ...known, ...edits }).filter(([, value]) => value !== undefined);
      assert.deepEqual(again.secrets[0]?.data, Object.fromEntries(expected));
      if (isJson) return void JSON.parse(edited);
      assert.equal(again.configMaps.get('/other'), 'x');
      for (const comment of ['# first\n', '# between\n', '# last']) assert.ok(edited.includes(comment));
    }),
    { numRuns: 1_000 },
  );
});
