import { load, YAMLException } from 'js-yaml';
import { manifestSchema } from '../manifests/yaml-schema.ts';
import type { DocumentText } from './split-documents.ts';

export type Reading = { value: unknown } | { problem: string; line: number };

/** Deeper ones are no manifests; API servers refuse them too. */
const maxDepth = 100;
/** More values than the largest object that can be stored has: only aliases of aliases make so many. */
const maxValues = 2_000_000;

/** One YAML or JSON document, or why it is none and where. Never throws. */
export function readDocument({ text, firstLine }: DocumentText): Reading {
  let value: unknown;
  try {
    value = load(text, { schema: manifestSchema, maxDepth, maxAliases: 10_000 });
  } catch (error) {
    const isYaml = error instanceof YAMLException;
    return {
      problem: isYaml ? `not YAML: ${error.reason}` : 'not YAML: it is nested too deeply',
      line: firstLine + (isYaml && error.mark ? error.mark.line : 0),
    };
  }
  const problem = /[&*]/.test(text) ? aliasProblem(value) : undefined;
  return problem === undefined ? { value } : { problem, line: firstLine };
}

/** Aliases are shared values: what reads them as a tree could come to no end. */
function aliasProblem(document: unknown): string | undefined {
  const sizes = new Map<object, number>();
  const open = new Set<object>();
  let problem: string | undefined;
  const sizeOf = (value: unknown): number => {
    if (typeof value !== 'object' || value === null || problem !== undefined) return 1;
    if (open.has(value)) {
      problem = 'an alias must not stand inside of what it repeats';
      return 1;
    }
    const known = sizes.get(value);
    if (known !== undefined) return known;
    open.add(value);
    let size = 1;
    for (const child of Object.values(value)) size += sizeOf(child);
    open.delete(value);
    sizes.set(value, size);
    return size;
  };
  const size = sizeOf(document);
  if (size > maxValues) problem ??= `its aliases make ${size} values of it, at most ${maxValues} are read`;
  return problem;
}
