import { ManifestsError } from '../manifests-error.ts';
import type { Expression } from './expression.ts';
import { type Branch, Choice, isFields, isItems, sameNode, type TemplateFields, type TemplateNode } from './tree.ts';

/** Some of the variants, by their position. */
type Subset = readonly number[];

/** The condition under which one of these variants is what is installed; never asked for all of them, nor for none. */
export type ConditionOf = (variants: Subset) => Expression;

/** A node as each variant has it; absent where a variant has none. */
type Versions = readonly (TemplateNode | undefined)[];

/**
 * One tree that renders to each variant under its condition: what all of them share stands there once, the rest is wrapped in conditions
 * as deep inside as possible. Items of lists are the same where they are equal, or objects of the same name.
 */
export function mergeVariants(versions: Versions, conditionOf: ConditionOf): TemplateNode {
  const all = versions.flatMap((node, variant) => (node === undefined ? [] : [variant]));
  const [first] = all;
  if (first === undefined) throw new ManifestsError('BadSource', 'no variant has it');
  const branches = groups(versions, all).map((group): { variants: Subset; node: TemplateNode } => ({
    variants: group,
    node: mergeGroup(
      versions.map((node, variant) => (group.includes(variant) ? node : undefined)),
      group,
      conditionOf,
    ),
  }));
  const [only] = branches;
  if (only && branches.length === 1 && only.variants.length === versions.length) return only.node;
  return new Choice(
    branches.map(({ variants, node }, index): Branch => {
      // The last one needs no condition of its own where some branch always holds.
      const isRest = index === branches.length - 1 && all.length === versions.length;
      return isRest ? { node } : { condition: conditionOf(variants), node };
    }),
  );
}

/** Variants whose nodes are maps, or lists, are merged inside; other values make a group each. */
function groups(versions: Versions, present: Subset): Subset[] {
  const result: number[][] = [];
  for (const variant of present) {
    const node = versions[variant];
    const group = result.find(([other = -1]) => areMergeable(versions[other], node));
    if (group) group.push(variant);
    else result.push([variant]);
  }
  return result;
}

function areMergeable(a: TemplateNode | undefined, b: TemplateNode | undefined): boolean {
  return sameNode(a, b) || (isFields(a) && isFields(b)) || (isItems(a) && isItems(b));
}

function mergeGroup(versions: Versions, group: Subset, conditionOf: ConditionOf): TemplateNode {
  const [first = -1] = group;
  const node = versions[first] as TemplateNode;
  if (group.every((variant) => sameNode(versions[variant], node))) return node;
  if (isFields(node)) return mergeFields(versions, group, conditionOf);
  return mergeItems(versions as readonly (readonly TemplateNode[] | undefined)[], group, conditionOf);
}

function mergeFields(versions: Versions, group: Subset, conditionOf: ConditionOf): TemplateNode {
  const names = new Set(group.flatMap((variant) => Object.keys(versions[variant] as object)));
  return Object.fromEntries(
    [...names].map((name) => {
      const fields = versions.map((node) => (isFields(node) && Object.hasOwn(node, name) ? node[name] : undefined));
      return [name, mergePart(fields, group, conditionOf)];
    }),
  );
}

function mergeItems(
  versions: readonly (readonly TemplateNode[] | undefined)[],
  group: Subset,
  conditionOf: ConditionOf,
): TemplateNode {
  const rows: (TemplateNode | undefined)[][] = [];
  for (const variant of group) {
    let after = 0;
    for (const item of versions[variant] ?? []) {
      const found = rows.findIndex((row, index) => index >= after && row.some((other) => isSameItem(other, item)));
      const row = found < 0 ? versions.map(() => undefined) : (rows[found] as (TemplateNode | undefined)[]);
      if (found < 0) rows.splice(after, 0, row);
      row[variant] = item;
      after = rows.indexOf(row) + 1;
    }
  }
  return rows.map((row) => mergePart(row, group, conditionOf));
}

/** A part of what only the variants of `group` have. */
function mergePart(versions: Versions, group: Subset, conditionOf: ConditionOf): TemplateNode {
  const compact = group.map((variant) => versions[variant]);
  const inGroup: ConditionOf = (positions) => conditionOf(positions.map((position) => group[position] as number));
  return mergeVariants(compact, inGroup);
}

function isSameItem(a: TemplateNode | undefined, b: TemplateNode): boolean {
  if (a === undefined) return false;
  if (sameNode(a, b)) return true;
  if (!isFields(a) || !isFields(b)) return false;
  if (typeof a['name'] === 'string' && a['name'] === b['name']) return true;
  return isSameRule(a, b);
}

/** Rules of access that differ in what may be done, not in what with. */
function isSameRule({ verbs: some, ...a }: TemplateFields, { verbs: others, ...b }: TemplateFields): boolean {
  return isItems(some) && isItems(others) && a['resourceNames'] !== undefined && sameNode(a, b);
}
