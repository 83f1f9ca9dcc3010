import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createManifestCheck } from './check-manifest.ts';
import { judgeText } from './judge-text.ts';
import type { Verdict } from './verdict.ts';
import { verdictRows } from './verdict-rows.ts';
import { warnOfDuplicates } from './warn-of-duplicates.ts';

const check = await createManifestCheck('Strict');
const judge = (text: string, mayBeData = false) => judgeText(text, { file: 'x.yaml', mayBeData }, check);
const service = (spec: string, name = 'iris') =>
  `apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata:\n  name: ${name}\nspec: ${spec}\n`;
const good = service('{predictor: {model: {modelFormat: {name: xgboost}, storageUri: s3://a/b}}}');
const results = (verdicts: Verdict[]) => verdicts.map(({ result, line }) => [result, line]);

test('a document that cannot be read does not hide the others', () => {
  assert.deepEqual(results(judge(`${good}---\na: [\n---\n# nothing\n---\n${good}`)), [
    ['ok', 1],
    ['unreadable', 8],
    ['ok', 11],
  ]);
});

test('byte order marks, Windows lines, directives and ends of documents', () => {
  assert.deepEqual(results(judge(`\uFEFF${good}`)), [['ok', 1]]);
  assert.deepEqual(results(judge(`${good}---\n${good}`.replaceAll('\n', '\r\n'))), [
    ['ok', 1],
    ['ok', 7],
  ]);
  assert.deepEqual(results(judge(`%YAML 1.2\n---\n${good}...\n---\n${good}`)), [
    ['ok', 3],
    ['ok', 10],
  ]);
});

test('each error has the line of its field, in flow style and in Lists too', () => {
  const list = `apiVersion: v1\nkind: List\nitems:\n- ${service('{predictor: {}}').trimEnd().replaceAll('\n', '\n  ')}\n`;
  const [verdict] = judge(list);
  assert.equal(verdict?.errors[0]?.line, 8);
  const nested = service('\n  predictor:\n    containers:\n    - {name: a}\n    - name: b\n      "imag\\u0065x": c');
  const found = judge(nested)[0]?.errors.find(({ field }) => field === 'spec.predictor.containers[1].imagex');
  assert.equal(found?.line, 10);
});

test('what is no object is told, unless it came with a folder', () => {
  assert.deepEqual(results(judge('[1, 2]')), [['unreadable', 1]]);
  assert.deepEqual(results(judge('just text')), [['unreadable', 1]]);
  assert.deepEqual(results(judge('{"instances": [[1]]}', true)), [['not checked', 1]]);
  assert.deepEqual(results(judge('kind: InferenceService', true)), [['unreadable', 1]]);
  assert.deepEqual(judge('# only a comment\n'), []);
});

test('the same object twice', () => {
  const verdicts = judge(`${good}---\n${good}---\n${good.replace('name: iris', 'name: iris\n  namespace: other')}`);
  warnOfDuplicates(verdicts);
  assert.deepEqual(
    verdicts.map(({ warnings }) => warnings.length),
    [0, 1, 0],
  );
  assert.match(verdicts[1]?.warnings[0] ?? '', /x\.yaml:1/);
});

test('nothing in a manifest can break a row', () => {
  const [row] = verdictRows(judge('apiVersion: v1\nkind: "Pod\\e[2J\\nfake"\nmetadata: {}'));
  assert.equal(row?.object, 'Pod\\u001b[2J\\u000afake/');
});
