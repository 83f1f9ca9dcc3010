import type { StructuralSchema } from '@serval/kube/schema';
import type { PodParts } from '../../schema/pod-parts.ts';
import { jsonBytes } from './json-bytes.ts';
import { createPlanner, type PlanNode, schemaOf } from './plan-node.ts';
import { descriptionsAfter, outsideFocus, rarity } from './spelling-order.ts';

export interface FitOptions {
  readonly pods: Pick<PodParts, 'ownerOf'>;
  /** What the schemas may take together, as compact JSON. */
  readonly maxBytes: number;
  /** Whether parts of Pods may be kept open; otherwise only their descriptions may go. */
  readonly mayOpen: boolean;
  /** Paths such as `spec.predictor.model`: what is below them is spelled out before the rest. */
  readonly focus: readonly string[];
  /** Paths of what is spelled out after the rest. */
  readonly aside: readonly string[];
}

interface Place {
  readonly rank: number;
  readonly path: string;
  readonly inFocus: boolean;
}

/** One thing that may be added: the fields of an open node, or the description of a field. */
interface Offer {
  readonly group: string;
  bytes(): number;
  accept(): void;
}

/**
 * Schemas within a number of bytes: parts of Pods for which there is no room keep whatever is in them, and say so. The same
 * schemas where there is room for everything.
 *
 * Starts with everything open and spells out group by group, by `spelling-order.ts`. A group is one definition at one rank, in all
 * of its places: it is spelled out in all of them or in none, so that equal things look equal.
 *
 * @returns the schemas, or nothing when they do not fit even with everything open.
 */
export function fitSchemas(schemas: readonly StructuralSchema[], options: FitOptions): StructuralSchema[] | undefined {
  const { pods, maxBytes, mayOpen, focus, aside } = options;
  if (schemas.reduce((sum, schema) => sum + jsonBytes(schema), 0) <= maxBytes) return [...schemas];
  const { plan, partsOf } = createPlanner(pods, mayOpen);
  const offers = new Map<number, Offer[]>();
  const sizes = new WeakMap<object, number>();

  function offer(rank: number, item: Offer): void {
    const list = offers.get(rank);
    if (list) list.push(item);
    else offers.set(rank, [item]);
  }

  /** Offers what may be added to a node and below it. */
  function offerAll(node: PlanNode, at: Place): void {
    if (node.isSilent) {
      offer(at.rank + (at.inFocus ? descriptionsAfter.focus : descriptionsAfter.elsewhere), {
        group: `text ${node.owner}`,
        bytes: () => jsonBytes(node.schema.description) + ',"description":'.length,
        accept: () => {
          node.isSilent = false;
        },
      });
    }
    offerBelow(node, at);
    if (!node.isOpen || node.definition === undefined) return;
    const rank = node.isMixed ? at.rank : at.rank + 1 + rarity(node.definition);
    offer(rank, {
      group: `fields ${node.definition}`,
      bytes: () => growth(node),
      accept: () => {
        const before = new Set(node.fields?.keys());
        Object.assign(node, { isOpen: false }, partsOf(node));
        offerBelow(node, { ...at, rank }, before);
      },
    });
  }

  function offerBelow(node: PlanNode, at: Place, but: ReadonlySet<string> = new Set()): void {
    for (const [name, field] of node.fields ?? []) {
      if (!but.has(name)) offerAll(field, placeOf(at, at.path === '' ? name : `${at.path}.${name}`));
    }
    if (node.items) offerAll(node.items, at);
    if (node.values) offerAll(node.values, at);
  }

  function placeOf(above: Place, path: string): Place {
    const { rank, inFocus } = above;
    if (aside.includes(path)) return { path, rank: rank + outsideFocus, inFocus };
    if (!inFocus && focus.includes(path)) return { path, rank: rank - outsideFocus, inFocus: true };
    return { ...above, path };
  }

  /** What spelling out a node costs, while all below it stays open and silent. */
  function growth(node: PlanNode): number {
    const { properties = {} } = node.schema;
    const known = node.isMixed ? undefined : sizes.get(properties);
    if (known !== undefined) return known;
    const spelled = { ...node, isOpen: false, isSilent: true, ...partsOf(node) };
    const bytes = jsonBytes(schemaOf(spelled)) - jsonBytes(schemaOf({ ...node, isSilent: true, keys: [] }));
    sizes.set(properties, bytes);
    return bytes;
  }

  const roots = schemas.map((schema) => plan(schema));
  for (const root of roots) offerAll(root, { rank: outsideFocus, path: '', inFocus: false });
  let used = roots.reduce((sum, root) => sum + jsonBytes(schemaOf(root)), 0);
  if (used > maxBytes) return undefined;
  while (offers.size > 0) {
    const rank = Math.min(...offers.keys());
    const groups = Map.groupBy(offers.get(rank) ?? [], ({ group }) => group);
    offers.delete(rank);
    for (const members of groups.values()) {
      const bytes = members.reduce((sum, member) => sum + member.bytes(), 0);
      if (used + bytes > maxBytes) continue;
      used += bytes;
      for (const member of members) member.accept();
    }
  }
  return roots.map(schemaOf);
}
