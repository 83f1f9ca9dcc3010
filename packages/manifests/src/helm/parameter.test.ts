import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ManifestsError } from '../manifests-error.ts';
import { addable, moreEntries, removable, settable } from './bindings.ts';
import { value } from './expression.ts';
import { type Binding, type ChartObject, type Parameter, parameterise } from './parameter.ts';
import { computed, when } from './tree.ts';

const object = (node: ChartObject['node']): ChartObject[] => [{ kind: 'K', name: 'x', file: 'x.yaml', node }];
const place = (...path: (string | number)[]) => ({ kind: 'K', name: 'x', path });
const declared = (path: string) => ({ path, description: '', schema: {} });
const parameter = (path: string): Parameter => ({ ...declared(path), default: null });
const refused = (node: ChartObject['node'], parameters: Parameter[], bindings: Binding[], message: RegExp) =>
  assert.throws(
    () => parameterise(object(node), parameters, bindings),
    (error: ManifestsError) => error.code === 'BadSource' && message.test(error.message),
  );

test('the default of a parameter is what stands at its place, in each branch of a condition', () => {
  const node = when(value('on'), { spec: { list: [{ a: 1 }, { b: { c: 2 } }] } });
  const { objects, parameters } = parameterise(
    object(node),
    [parameter('on')],
    [settable(place('spec', 'list', 1, 'b'), declared('b')), removable(place('spec', 'list', 0, 'a'), declared('a'))],
  );
  assert.deepEqual(
    parameters.map(({ path, default: fallback }) => [path, fallback]),
    [
      ['on', null],
      ['b', { c: 2 }],
      ['a', 1],
    ],
  );
  const list = [{ a: when(value('a'), computed(value('a'))) }, { b: computed(value('b')) }];
  assert.deepEqual(objects[0]?.node, when(value('on'), { spec: { list } }));
});

test('a parameter without an effect is refused', () => {
  refused({ a: 1 }, [parameter('idle')], [], /idle has no effect/);
});

test('a value that no parameter declares is refused', () => {
  refused({ a: computed(value('x.y')) }, [parameter('x.z')], [], /x\.z has no effect|reads the value x\.y/);
  refused({ a: computed(value('x.y')) }, [], [], /read the value x\.y/);
});

test('a place that is nowhere, not a constant, or there already, is refused', () => {
  refused({ a: 1 }, [], [settable(place('b', 'c'), declared('p'))], /no place b\.c/);
  refused({ a: 1 }, [], [settable({ ...place('a'), name: 'y' }, declared('p'))], /no K y/);
  refused({ a: computed(value('p')) }, [], [settable(place('a'), declared('p'))], /is no constant/);
  refused({ a: 1 }, [], [addable(place('a'), declared('p'), '')], /is there already/);
});

test('one value declared twice is refused', () => {
  const bindings = [settable(place('a'), declared('p')), settable(place('b'), declared('p'))];
  refused({ a: 1, b: 2 }, [], bindings, /p is declared twice/);
});

test('entries that are there already cannot be given again', () => {
  const { parameters } = parameterise(object({ a: { fixed: 'x' } }), [], [moreEntries(place('a'), declared('p'))]);
  assert.deepEqual(parameters[0]?.schema, { propertyNames: { not: { enum: ['fixed'] } } });
});
