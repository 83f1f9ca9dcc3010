import { isDeepStrictEqual } from 'node:util';
import { ManifestsError } from '../manifests-error.ts';
import { type Expression, valuesOf } from './expression.ts';

/** A Kubernetes object, or a part of one, in which some places are decided when the chart is rendered. */
export type TemplateNode =
  | string
  | number
  | boolean
  | null
  | readonly TemplateNode[]
  | TemplateFields
  | Computed
  | Choice
  | Entries
  | Each;

export interface TemplateFields {
  readonly [field: string]: TemplateNode | undefined;
}

/** A scalar, map or list that an expression gives, written as JSON, which is YAML wherever it stands. */
export class Computed {
  readonly expression: Expression;
  constructor(expression: Expression) {
    this.expression = expression;
  }
}

export interface Branch {
  /** Absent: in all other cases. */
  readonly condition?: Expression;
  readonly node: TemplateNode;
}

/** The first branch whose condition holds. Where none does, the field, item or file that it stands for is left out. */
export class Choice {
  readonly branches: readonly Branch[];
  constructor(branches: readonly Branch[]) {
    this.branches = branches;
  }
}

/**
 * Entries of a map value in the place of a field (whose name does not matter), or items of a list value in the place of an item; `item`
 * says what becomes of each `$value`.
 */
export class Entries {
  readonly of: Expression;
  readonly item: Expression;
  constructor(of: Expression, item: Expression) {
    this.of = of;
    this.item = item;
  }
}

/** An object for each item of a list value, which it knows as `$value`. */
export class Each {
  readonly of: Expression;
  readonly node: TemplateNode;
  constructor(of: Expression, node: TemplateNode) {
    this.of = of;
    this.node = node;
  }
}

export function computed(expression: Expression): Computed {
  return new Computed(expression);
}

/** There where the condition holds, left out otherwise. */
export function when(condition: Expression, node: TemplateNode): Choice {
  return new Choice([{ condition, node }]);
}

export function either(condition: Expression, node: TemplateNode, otherwise: TemplateNode): Choice {
  return new Choice([{ condition, node }, { node: otherwise }]);
}

export function isFields(node: TemplateNode | undefined): node is TemplateFields {
  return (
    typeof node === 'object' &&
    node !== null &&
    !Array.isArray(node) &&
    !(node instanceof Computed) &&
    !(node instanceof Choice) &&
    !(node instanceof Entries) &&
    !(node instanceof Each)
  );
}

export function isItems(node: TemplateNode | undefined): node is readonly TemplateNode[] {
  return Array.isArray(node);
}

/** Whether nothing in it is decided later. */
export function isLiteral(node: TemplateNode | undefined): boolean {
  if (isItems(node)) return node.every(isLiteral);
  if (isFields(node)) return Object.values(node).every(isLiteral);
  return typeof node !== 'object' || node === null;
}

export function sameNode(a: TemplateNode | undefined, b: TemplateNode | undefined): boolean {
  return isDeepStrictEqual(a, b);
}

/** Values of `values.yaml` that a tree reads, as dotted paths. */
export function valuesRead(node: TemplateNode | undefined): string[] {
  if (isItems(node)) return node.flatMap(valuesRead);
  if (node instanceof Computed) return valuesOf(node.expression);
  if (node instanceof Entries) return [...valuesOf(node.of), ...valuesOf(node.item)];
  if (node instanceof Each) return [...valuesOf(node.of), ...valuesRead(node.node)];
  if (node instanceof Choice) {
    return node.branches.flatMap((branch) => [
      ...(branch.condition ? valuesOf(branch.condition) : []),
      ...valuesRead(branch.node),
    ]);
  }
  return isFields(node) ? Object.values(node).flatMap(valuesRead) : [];
}

/**
 * The tree with what `change` makes of the node at `path`; numbers lead into lists, and every branch of a choice on the way is entered that
 * has the place. Throws `ManifestsError` BadSource when the place is nowhere. The last field may be absent: `change` then gets undefined.
 */
export function changeAt(
  node: TemplateNode,
  path: readonly (string | number)[],
  change: (old: TemplateNode | undefined) => TemplateNode | undefined,
): TemplateNode {
  const changed = changeInside(node, path, change);
  if (changed === undefined) throw new ManifestsError('BadSource', `no place ${path.join('.')} to parameterise`);
  return changed;
}

function changeInside(
  node: TemplateNode | undefined,
  path: readonly (string | number)[],
  change: (old: TemplateNode | undefined) => TemplateNode | undefined,
): TemplateNode | undefined {
  const [step, ...rest] = path;
  if (step === undefined) return change(node);
  if (node instanceof Choice) {
    const branches = node.branches.map((branch) => ({ branch, inside: changeInside(branch.node, path, change) }));
    if (branches.every(({ inside }) => inside === undefined)) return undefined;
    return new Choice(
      branches.map(({ branch, inside }) => (inside === undefined ? branch : { ...branch, node: inside })),
    );
  }
  if (isItems(node) && typeof step === 'number') {
    if (rest.length === 0 && step === node.length) return append(node, change(undefined));
    const inside = step < node.length ? changeInside(node[step], rest, change) : undefined;
    return inside === undefined ? undefined : node.with(step, inside);
  }
  if (!isFields(node) || typeof step === 'number') return undefined;
  const old = Object.hasOwn(node, step) ? node[step] : undefined;
  if (old === undefined && rest.length > 0) return undefined;
  const inside = changeInside(old, rest, change);
  return inside === undefined ? undefined : { ...node, [step]: inside };
}

function append(items: readonly TemplateNode[], item: TemplateNode | undefined): TemplateNode {
  return item === undefined ? items : [...items, item];
}
