/**
 * A set of field paths. A path is a list of elements in the spelling of FieldsV1: `f:spec`, `k:{"name":"web"}`, `v:"a"`, `i:0`.
 * `members` are the paths that end here; `children` lead further down. A field may be both. Never changed once made.
 */
export interface FieldSet {
  readonly members: ReadonlySet<string>;
  readonly children: ReadonlyMap<string, FieldSet>;
}
export type FieldPath = readonly string[];

export const emptySet: FieldSet = { members: new Set(), children: new Map() };

/** For building one set in place, path by path. */
export interface FieldSetBuilder {
  members: Set<string>;
  children: Map<string, FieldSetBuilder>;
}

export function createBuilder(): FieldSetBuilder {
  return { members: new Set(), children: new Map() };
}

/** Adds a path; its parents are not added. The empty path, the whole object, is owned by nobody. */
export function insertPath(builder: FieldSetBuilder, path: FieldPath): void {
  let at = builder;
  for (let i = 0; i < path.length; i += 1) {
    const element = path[i] as string;
    if (i === path.length - 1) {
      at.members.add(element);
      return;
    }
    let next = at.children.get(element);
    if (next === undefined) {
      next = createBuilder();
      at.children.set(element, next);
    }
    at = next;
  }
}

export function setOf(...paths: FieldPath[]): FieldSet {
  const builder = createBuilder();
  for (const path of paths) insertPath(builder, path);
  return builder;
}

export function isEmptySet(set: FieldSet): boolean {
  return set.members.size === 0 && [...set.children.values()].every(isEmptySet);
}

export function hasPath(set: FieldSet, path: FieldPath): boolean {
  let at: FieldSet | undefined = set;
  for (const element of path.slice(0, -1)) at = at?.children.get(element);
  return at?.members.has(path[path.length - 1] as string) ?? false;
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmptySet(a)) return b;
  if (isEmptySet(b)) return a;
  const children = new Map(a.children);
  for (const [element, child] of b.children) {
    const own = children.get(element);
    children.set(element, own === undefined ? child : union(own, child));
  }
  return { members: new Set([...a.members, ...b.members]), children };
}

export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  return {
    members: filterMembers(a, (element) => b.members.has(element)),
    children: mapChildren(a, (element, child) => {
      const other = b.children.get(element);
      return other === undefined ? emptySet : intersection(child, other);
    }),
  };
}

/** The paths of `a` that are not in `b`. Removing a parent leaves its children, and the other way round. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  return {
    members: filterMembers(a, (element) => !b.members.has(element)),
    children: mapChildren(a, (element, child) => {
      const other = b.children.get(element);
      return other === undefined ? child : difference(child, other);
    }),
  };
}

/** The paths of `a` that are neither in `b` nor below a path of `b`. */
export function recursiveDifference(a: FieldSet, b: FieldSet): FieldSet {
  return {
    members: filterMembers(a, (element) => !b.members.has(element)),
    children: mapChildren(a, (element, child) => {
      if (b.members.has(element)) return emptySet;
      const other = b.children.get(element);
      return other === undefined ? child : recursiveDifference(child, other);
    }),
  };
}

function filterMembers(set: FieldSet, keep: (element: string) => boolean): ReadonlySet<string> {
  const members = new Set<string>();
  for (const element of set.members) if (keep(element)) members.add(element);
  return members;
}

function mapChildren(
  set: FieldSet,
  change: (element: string, child: FieldSet) => FieldSet,
): ReadonlyMap<string, FieldSet> {
  const children = new Map<string, FieldSet>();
  for (const [element, child] of set.children) {
    const changed = change(element, child);
    if (!isEmptySet(changed)) children.set(element, changed);
  }
  return children;
}

export function equalSets(a: FieldSet, b: FieldSet): boolean {
  return isEmptySet(difference(a, b)) && isEmptySet(difference(b, a));
}

/** Every path: what ends at a level comes before what leads further down, as the API server lists conflicts. */
export function* pathsOf(set: FieldSet, prefix: FieldPath = []): Generator<FieldPath> {
  for (const element of [...set.members].sort()) yield [...prefix, element];
  for (const element of [...set.children.keys()].sort()) {
    yield* pathsOf(set.children.get(element) as FieldSet, [...prefix, element]);
  }
}
