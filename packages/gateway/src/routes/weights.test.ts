import assert from 'node:assert/strict';
import { test } from 'node:test';
import { model, route, service } from '../testing/objects.ts';
import { compileRoutes } from './compile.ts';
import { match } from './match.ts';
import type { CompiledRule } from './table.ts';
import { createWeightTurns } from './weights.ts';

function ruleOf(weights: Record<string, number>): CompiledRule {
  const backendRefs = Object.entries(weights).map(([name, weight]) => ({ name, port: 80, weight }));
  const services = Object.keys(weights).map((name) => service(name));
  const { table } = compileRoutes(model({ services, routes: [route('r', [{ backendRefs }])] }));
  return match(table, { method: 'GET', hostname: 'h', path: '/', query: '', headers: {} })!.rule;
}

const name = (key: string | undefined) => /\/(.*):/.exec(key ?? '')?.[1];

test('requests are spread by weight, evenly in time, over changes of the table', () => {
  const turns = createWeightTurns();
  const seen = Array.from({ length: 6 }, () => name(turns.next(ruleOf({ a: 3, b: 2, c: 1 }))?.service));
  assert.deepEqual(seen, ['a', 'b', 'a', 'c', 'b', 'a']);
  const many = Array.from({ length: 1000 }, () => name(turns.next(ruleOf({ a: 90, b: 10 }))?.service));
  assert.equal(many.filter((n) => n === 'b').length, 100);
});

test('a weight of 0 takes nothing, and nothing but zeros leads nowhere', () => {
  const turns = createWeightTurns();
  for (let i = 0; i < 5; i += 1) assert.equal(name(turns.next(ruleOf({ a: 0, b: 1 }))?.service), 'b');
  assert.equal(turns.next(ruleOf({ a: 0, b: 0 })), undefined);
  assert.equal(turns.next(ruleOf({ a: 0 })), undefined);
});
