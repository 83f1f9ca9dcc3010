import type { StructuralSchema } from '@serval/kube/schema';
import { compareNode } from './compare-node.ts';
import type { LocatedFinding } from './finding.ts';

export interface SchemaComparison {
  /** Nodes of the reference. `same + wider + differing` of them. */
  paths: number;
  same: number;
  /** Ours takes more: no such bound, a larger enum, a part that is kept as it comes. */
  wider: number;
  /** With a finding, or below a part that ours lacks. */
  differing: number;
  findings: LocatedFinding[];
}

/** Walks every node of `theirs` and asks whether `ours` takes all that it takes, with the same meaning. */
export function compareSchemas(theirs: StructuralSchema, ours: StructuralSchema, root = ''): SchemaComparison {
  const result: SchemaComparison = { paths: 0, same: 0, wider: 0, differing: 0, findings: [] };

  function compare(their: StructuralSchema, our: StructuralSchema, path: string): void {
    const verdict = compareNode(their, our);
    result.paths += 1;
    if (verdict.findings.length > 0) result.differing += 1;
    else if (verdict.wider.length > 0) result.wider += 1;
    else result.same += 1;
    result.findings.push(...verdict.findings.map((finding) => ({ path, ...finding })));
    for (const [name, child] of Object.entries(their.properties ?? {})) {
      descend(child, our, our.properties?.[name] ?? schemaOf(our.additionalProperties), join(path, name));
    }
    if (their.items) descend(their.items, our, our.items, `${path}[]`);
    const values = schemaOf(their.additionalProperties);
    if (values) descend(values, our, schemaOf(our.additionalProperties), `${path}{}`);
    for (const [name, child] of Object.entries(our.properties ?? {})) {
      // A field that only ours has may not turn up in objects that never named it.
      if (child.default === undefined || their.properties?.[name] || values) continue;
      result.findings.push({ path: join(path, name), aspect: 'default', theirs: undefined, ours: child.default });
    }
  }

  function descend(
    their: StructuralSchema,
    ourParent: StructuralSchema,
    our: StructuralSchema | undefined,
    path: string,
  ): void {
    if (our) {
      compare(their, our, path);
      return;
    }
    const { length: count } = nodes(their);
    result.paths += count;
    if (!ourParent['x-kubernetes-preserve-unknown-fields']) {
      result.differing += count;
      result.findings.push({ path, aspect: 'missing', theirs: describe(their), ours: undefined });
      return;
    }
    // Kept as it comes, so everything is taken, but nothing is filled in.
    const defaulted = nodes(their, path).filter(({ schema }) => schema.default !== undefined);
    result.differing += defaulted.length;
    result.wider += count - defaulted.length;
    result.findings.push(
      ...defaulted.map(({ path: at, schema }) => ({
        path: at,
        aspect: 'default' as const,
        theirs: schema.default,
        ours: undefined,
        isKeptOpen: true as const,
      })),
    );
  }

  compare(theirs, ours, root);
  return result;
}

/** A schema and everything in it. */
function nodes(schema: StructuralSchema, path = ''): { path: string; schema: StructuralSchema }[] {
  const values = schemaOf(schema.additionalProperties);
  return [
    { path, schema },
    ...Object.entries(schema.properties ?? {}).flatMap(([name, child]) => nodes(child, join(path, name))),
    ...(schema.items ? nodes(schema.items, `${path}[]`) : []),
    ...(values ? nodes(values, `${path}{}`) : []),
  ];
}

function schemaOf(value: StructuralSchema | boolean | undefined): StructuralSchema | undefined {
  return typeof value === 'object' ? value : undefined;
}

const join = (path: string, name: string) => (path === '' ? name : `${path}.${name}`);

const describe = (schema: StructuralSchema) => schema.type ?? Object.keys(schema).join(', ');
