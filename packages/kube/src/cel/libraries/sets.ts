import type { Environment } from '@marcbachmann/cel-js';
import { deepEqual, type Json } from '../../objects/index.ts';

/** What `sets.contains(…)` hangs on. */
class SetsNamespace {}

function isSame(a: unknown, b: unknown): boolean {
  if (typeof a === 'bigint' || typeof b === 'bigint') return numberOf(a) === numberOf(b);
  return deepEqual(a as Json, b as Json);
}

/** 1 and 1.0 are the same to CEL. */
function numberOf(value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}

function contains(list: readonly unknown[], others: readonly unknown[]): boolean {
  return others.every((other) => list.some((item) => isSame(item, other)));
}

/** cel-go's extension of sets: lists taken without order and repetition. */
export function registerSets(environment: Environment): void {
  environment
    .registerType('SetsNamespace', { ctor: SetsNamespace, fields: {} })
    .registerConstant('sets', 'SetsNamespace', new SetsNamespace())
    .registerFunction('SetsNamespace.contains(list, list): bool', (_: unknown, list: unknown[], others: unknown[]) =>
      contains(list, others),
    )
    .registerFunction(
      'SetsNamespace.equivalent(list, list): bool',
      (_: unknown, list: unknown[], others: unknown[]) => contains(list, others) && contains(others, list),
    )
    .registerFunction('SetsNamespace.intersects(list, list): bool', (_: unknown, list: unknown[], others: unknown[]) =>
      others.some((other) => contains(list, [other])),
    );
}
