import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { openJsonMembers } from './json-members.ts';

function edited(text: string, edit: (members: NonNullable<ReturnType<typeof openJsonMembers>>) => void): string {
  const members = openJsonMembers(text);
  assert.ok(members);
  edit(members);
  return members.text();
}

test('a member is added in the manner of the others', () => {
  const add = (text: string, after?: string) => edited(text, (members) => members.set('n', 'x', after));
  assert.equal(add('{"a":"b"}'), '{"a":"b","n":"x"}');
  assert.equal(add('{"a": "b", "c": "d"}', 'a'), '{"a": "b", "n": "x", "c": "d"}');
  assert.equal(add('{"a": "b"}'), '{"a": "b", "n": "x"}');
  assert.equal(add('{\r\n\t"a": "b"\r\n}\r\n'), '{\r\n\t"a": "b",\r\n\t"n": "x"\r\n}\r\n');
  assert.equal(add(' { } '), ' {"n": "x"} ');
  assert.equal(add('{"a":{"x":[1,"},{"]}}'), '{"a":{"x":[1,"},{"]},"n":"x"}');
});

test('renaming keeps the place and the way the value is written', () => {
  const rename = (text: string) => edited(text, (members) => members.rename('a', 'n'));
  assert.equal(rename('{"z":"1", "a": "\\u00e9\\/", "b":2}'), '{"z":"1", "n": "\\u00e9\\/", "b":2}');
  assert.equal(rename('{"n":"","a":"1"}'), '{"n":"1"}');
  assert.equal(rename('{"a":"1","b":"2","a":"3"}'), '{"b":"2","n":"3"}');
});

test('members are removed with their comma', () => {
  const remove = (text: string) => edited(text, (members) => members.remove('a'));
  assert.equal(remove('{\n  "a": "1",\n  "b": "2"\n}'), '{\n  "b": "2"\n}');
  assert.equal(remove('{\n  "b": "2",\n  "a": "1"\n}'), '{\n  "b": "2"\n}');
  assert.equal(remove('{"a": 1}'), '{}');
});

test('what is no object is none', () => {
  for (const text of ['', '[]', 'null', '"{}"', '{', '{"a":1}}', '{"a":1,}'])
    assert.equal(openJsonMembers(text), undefined);
});

test('any object with any edit stays JSON, and differs in that member alone', () => {
  const name = fc.stringMatching(/^[a-zé {},:]{0,4}$/);
  fc.assert(
    fc.property(
      fc.dictionary(name, fc.jsonValue(), { maxKeys: 5 }),
      name,
      fc.string(),
      fc.constantFrom(0, 1, '\t'),
      (object, key, value, indent) => {
        const text = JSON.stringify(object, null, indent);
        const set = edited(text, (members) => members.set(key, value));
        assert.deepEqual(JSON.parse(set), JSON.parse(JSON.stringify({ ...object, [key]: value })));
        const without = edited(set, (members) => members.remove(key));
        const { [key]: _, ...rest } = object;
        assert.deepEqual(JSON.parse(without), JSON.parse(JSON.stringify(rest)));
      },
    ),
    { numRuns: 500 },
  );
});
