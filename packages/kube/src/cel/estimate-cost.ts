import type { ASTNode } from '@marcbachmann/cel-js';
import type { StructuralSchema } from '../schema/index.ts';
import { largestSize } from './declared-size.ts';
import { additional, unescapeName } from './values.ts';

/** What is known of a part of an expression: its schema, where it is a part of the object, and its largest size. */
interface Part {
  readonly schema?: StructuralSchema | undefined;
  /** Characters, items or entries; 1 for what has no size; infinite where nothing is known. */
  readonly size: number;
}
interface Estimate extends Part {
  readonly cost: number;
}
type Scope = ReadonlyMap<string, Part>;

/** Going through a text costs a tenth of its characters; a pattern counts a quarter of its own. (cel-go, common/cost.go.) */
const perCharacter = 0.1;
const perPatternCharacter = 0.25;
const listCost = 10;
const mapCost = 30;
const unknown: Part = { size: Number.POSITIVE_INFINITY };
/** Upstream's estimate loses sight of keys of maps, and of elements that an expression made. */
const made: Part = { size: 0 };
const scalar: Part = { size: 1 };

/**
 * The most that an expression can cost over values of a schema, in the units of API servers (cel-go's checker/cost.go with the
 * estimates of Kubernetes' library): they refuse a definition whose rules could cost too much.
 */
export function estimateCost(expression: ASTNode, variables: Readonly<Record<string, StructuralSchema>>): number {
  const scope = new Map(Object.entries(variables).map(([name, schema]) => [name, partOf(schema)]));
  return estimate(expression, scope).cost;
}

function partOf(schema: StructuralSchema | undefined): Part {
  return schema === undefined ? unknown : { schema, size: largestSize(schema) };
}

function estimate(node: ASTNode, scope: Scope): Estimate {
  switch (node.op) {
    case 'value':
      return { cost: 0, size: sizeOfLiteral(node.args) };
    case 'id':
      return { cost: 1, ...(scope.get(node.args) ?? unknown) };
    case '.':
    case '.?':
      return select(estimate(node.args[0], scope), node.args[1]);
    case '[]':
    case '[?]': {
      const [of, index] = node.args.map((part) => estimate(part, scope)) as [Estimate, Estimate];
      const { schema } = of;
      return { ...partOf(schema?.items ?? additional(schema)), cost: of.cost + index.cost + 1 };
    }
    case 'list':
      return { cost: sum(node.args, scope) + listCost, size: node.args.length };
    case 'map':
      return { cost: sum(node.args.flat(), scope) + mapCost, size: node.args.length };
    case '!_':
    case '-_':
      return { cost: estimate(node.args, scope).cost + 1, ...scalar };
    case '?:': {
      const [when, then, otherwise] = node.args.map((part) => estimate(part, scope)) as [Estimate, Estimate, Estimate];
      const larger = then.size >= otherwise.size ? then : otherwise;
      return { ...larger, cost: when.cost + Math.max(then.cost, otherwise.cost) };
    }
    case 'call':
      return callFunction(node.args[0], node.args[1], scope);
    case 'rcall':
      return callMember(node.args[0], node.args[1], node.args[2], scope);
    default:
      return binary(node.op, node.args[0], node.args[1], scope);
  }
}

function sizeOfLiteral(value: unknown): number {
  if (typeof value === 'string') return [...value].length;
  return value instanceof Uint8Array ? value.length : 1;
}

function select({ schema, cost }: Estimate, field: string): Estimate {
  const isTyped = schema !== undefined && !schema['x-kubernetes-int-or-string'];
  const found = schema?.properties?.[unescapeName(field)] ?? additional(schema);
  return { ...partOf(found), cost: cost + (isTyped ? 1 : 0) };
}

function sum(nodes: readonly ASTNode[], scope: Scope): number {
  return nodes.reduce((total, node) => total + estimate(node, scope).cost, 0);
}

function isText({ schema }: Part): boolean {
  return schema?.type === 'string' && !notTexts.has(schema.format ?? '');
}

/** Formats whose values are times or bytes to an expression. */
const notTexts: ReadonlySet<string> = new Set(['date', 'date-time', 'duration', 'byte']);

function through(size: number, factor = perCharacter): number {
  return Math.ceil(size * factor);
}

function binary(op: string, left: ASTNode, right: ASTNode, scope: Scope): Estimate {
  const a = estimate(left, scope);
  const b = estimate(right, scope);
  const both = a.cost + b.cost;
  if (op === '&&' || op === '||') return { cost: both, ...scalar };
  if (op === '==' || op === '!=') return { cost: both + through(Math.min(a.size, b.size)), ...scalar };
  const texts = isText(a) || isText(b) || isTextLiteral(left) || isTextLiteral(right);
  if (/^[<>]=?$/.test(op)) return { cost: both + (texts ? through(Math.min(a.size, b.size)) : 1), ...scalar };
  if (op === 'in') return { cost: both + (isMap(b) || right.op === 'map' ? 1 : b.size), ...scalar };
  if (op !== '+') return { cost: both + 1, ...scalar };
  const size = a.size + b.size;
  if (texts) return { cost: both + through(size), size };
  const lists = [a, b].some(({ schema }) => schema?.type === 'array') || left.op === 'list' || right.op === 'list';
  return { cost: both + 1, ...(lists ? { size } : scalar) };
}

function isTextLiteral(node: ASTNode): boolean {
  return node.op === 'value' && typeof node.args === 'string';
}

function isMap({ schema }: Part): boolean {
  return additional(schema) !== undefined;
}

/** `hasField` is what `has` is compiled to here. Asking for presence is free, getting there is not. */
function callFunction(name: string, args: readonly ASTNode[], scope: Scope): Estimate {
  const [first] = args;
  if ((name === 'has' || name === 'hasField') && first?.op === '.') {
    return { cost: estimate(first.args[0], scope).cost, ...scalar };
  }
  if (name === 'dyn' && first) {
    const inner = estimate(first, scope);
    return { ...inner, cost: inner.cost + 1 };
  }
  const cost = sum(args, scope);
  const { size } = first ? estimate(first, scope) : scalar;
  switch (name) {
    case 'url':
    case 'quantity':
    case 'isQuantity':
    case 'ip':
    case 'isIP':
    case 'cidr':
    case 'isCIDR':
    case 'bytes':
      return { cost: cost + through(size), ...scalar };
    // A conversion keeps what is known of a text, and nothing is known of others.
    case 'string':
      return { cost: cost + 1, size };
    // The estimate of upstream knows no size for a type.
    case 'type':
      return { cost: cost + 1, size: 0 };
    default:
      return { cost: cost + 1, ...scalar };
  }
}

/** What macros do for each element besides their own expressions, what they start with, and what they end with. */
const loops: Readonly<Record<string, { each: number; first: number; last: number }>> = {
  all: { each: 3, first: 0, last: 1 },
  exists: { each: 4, first: 0, last: 1 },
  exists_one: { each: 2, first: 0, last: 2 },
  existsOne: { each: 2, first: 0, last: 2 },
  map: { each: listCost + 2, first: listCost, last: 1 },
  filter: { each: listCost + 3, first: listCost, last: 1 },
  transformList: { each: listCost + 2, first: listCost, last: 1 },
  transformMap: { each: mapCost + 2, first: mapCost, last: 1 },
};

function callMember(name: string, target: ASTNode, args: readonly ASTNode[], scope: Scope): Estimate {
  if (name === 'bind' && target.op === 'id' && target.args === 'cel' && args.length === 3) return bind(args, scope);
  const loop = Object.hasOwn(loops, name) ? loops[name] : undefined;
  const of = estimate(target, scope);
  if (loop && args.length >= 2 && args[0]?.op === 'id') return repeat(name, loop, of, args, scope);
  const given = args.map((arg) => estimate(arg, scope));
  const base = of.cost + given.reduce((total, { cost }) => total + cost, 0);
  const [one = unknown] = given;
  switch (name) {
    case 'startsWith':
    case 'endsWith':
      return { cost: base + through(one.size), ...scalar };
    case 'contains':
      return { cost: base + product(through(of.size), through(one.size)), ...scalar };
    case 'matches':
      return { cost: base + product(through(of.size + 1), through(one.size, perPatternCharacter)), ...scalar };
    case 'find':
    case 'findAll':
      return { cost: base + product(through(of.size + 1), through(one.size, perPatternCharacter)), size: of.size };
    case 'lowerAscii':
    case 'upperAscii':
    case 'substring':
    case 'trim':
      return { cost: base + through(of.size), size: of.size };
    case 'replace':
      return {
        cost: base + through(of.size, 2 * perCharacter),
        size: replaced(of.size, one.size, given[1]?.size ?? 0),
      };
    case 'split':
      return { cost: base + through(of.size, 2 * perCharacter), size: of.size };
    case 'join': {
      const element = of.schema?.items ? largestSize(of.schema.items) : Number.POSITIVE_INFINITY;
      const separators = given.length > 0 ? product(one.size, Math.max(of.size - 1, 0)) : 0;
      const size = product(of.size, element) + separators;
      return { cost: base + through(size), size };
    }
    case 'isSorted':
    case 'sum':
    case 'max':
    case 'min':
    case 'indexOf':
    case 'lastIndexOf': {
      const { items } = of.schema ?? {};
      const each = items?.type === 'string' ? 1 + through(largestSize(items)) : 1;
      return { cost: base + (items ? product(of.size, each) : through(of.size)), ...scalar };
    }
    default:
      return { cost: base + 1, ...(name === 'size' ? scalar : unknown) };
  }
}

/** A replacement of nothing goes between all characters. */
function replaced(size: number, from: number, to: number): number {
  if (from === 0) return product(size + 1, to) + size;
  return to <= from ? size : product(Math.ceil(size / from), to);
}

/** Nothing times infinity is nothing here. */
function product(a: number, b: number): number {
  return a === 0 || b === 0 ? 0 : a * b;
}

function bind([name, value, body]: readonly ASTNode[], scope: Scope): Estimate {
  const bound = estimate(value!, scope);
  const inner = estimate(body!, new Map(scope).set(String(name?.args), bound));
  return { ...inner, cost: listCost + bound.cost + inner.cost };
}

function repeat(
  name: string,
  { each, first, last }: { each: number; first: number; last: number },
  of: Estimate,
  args: readonly ASTNode[],
  scope: Scope,
): Estimate {
  const { schema } = of;
  // Two names: index or key, and value. One: an item of a list, or a key of a map.
  const twoNames = args.length > 2 && args[1]?.op === 'id' && name !== 'map';
  const names = (twoNames ? args.slice(0, 2) : args.slice(0, 1)).map(({ args: text }) => String(text));
  const isList = schema?.items !== undefined;
  const inner = new Map(scope);
  if (twoNames) inner.set(names[0] ?? '', isList ? scalar : made).set(names[1] ?? '', itemOf(schema));
  else inner.set(names[0] ?? '', isList ? partOf(schema.items) : made);
  const bodies = args.slice(names.length).map((body) => estimate(body, inner));
  const step = bodies.reduce((total, { cost }) => total + cost, each);
  const cost = of.cost + first + last + product(of.size, step);
  if (name === 'filter') return { ...of, cost };
  return { cost, ...(first > 0 ? { size: of.size } : scalar) };
}

function itemOf(schema: StructuralSchema | undefined): Part {
  const values = schema?.items ?? additional(schema);
  return values ? partOf(values) : made;
}
