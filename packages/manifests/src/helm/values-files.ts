import { generatedNote } from '../yaml/generated-file.ts';
import { yamlScalar } from '../yaml/scalar.ts';
import { writeYaml } from '../yaml/write-yaml.ts';
import type { JsonSchema } from './json-schema.ts';
import type { Parameter } from './parameter.ts';

/** Parameters below each name of their paths. */
type Tree = Map<string, Tree | Parameter>;

/** `values.yaml`: every parameter with its description above it and its default. */
export function valuesYaml(parameters: readonly Parameter[]): string {
  return `# ${generatedNote}\n${valueLines(treeOf(parameters), '').join('\n')}\n`;
}

/** `values.schema.json`: Helm refuses values that it does not name, or of another type. */
export function valuesSchema(parameters: readonly Parameter[], title: string): JsonSchema {
  const schema = treeSchema(treeOf(parameters));
  // Helm hands `global` to charts that are part of another.
  const properties = { ...schema.properties, global: { type: 'object' } as const };
  return { $schema: 'http://json-schema.org/draft-07/schema#', title, ...schema, properties };
}

/** A table for the README. */
export function valuesTable(parameters: readonly Parameter[]): string {
  const rows = parameters.map(({ path, description, default: fallback }) => {
    const shown = JSON.stringify(fallback);
    return `| \`${path}\` | ${cell(description)} | ${shown.length > 60 ? 'see `values.yaml`' : `\`${cell(shown)}\``} |`;
  });
  return ['| value | | default |', '|---|---|---|', ...rows].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function treeOf(parameters: readonly Parameter[]): Tree {
  const root: Tree = new Map();
  for (const parameter of parameters) {
    const names = parameter.path.split('.');
    const last = names.pop() ?? '';
    let at = root;
    for (const name of names) {
      const next = at.get(name);
      const inner: Tree = next instanceof Map ? next : new Map();
      at.set(name, inner);
      at = inner;
    }
    at.set(last, parameter);
  }
  return root;
}

function valueLines(tree: Tree, indent: string): string[] {
  return [...tree].flatMap(([name, node], index) => {
    // A line between what stands at the left edge, none inside.
    const gap = indent === '' && index > 0 ? [''] : [];
    if (node instanceof Map) return [...gap, `${indent}${yamlScalar(name)}:`, ...valueLines(node, `${indent}  `)];
    const lines = writeYaml({ [name]: node.default })
      .trimEnd()
      .split('\n');
    return [...gap, `${indent}# ${node.description}`, ...lines.map((line) => `${indent}${line}`)];
  });
}

function treeSchema(tree: Tree): JsonSchema {
  const entries = [...tree].map(([name, node]): [string, JsonSchema] => [
    name,
    node instanceof Map ? treeSchema(node) : { description: node.description, default: node.default, ...node.schema },
  ]);
  return {
    type: 'object',
    additionalProperties: false,
    // A value set to null would be removed, and templates that read it would fail without saying why.
    required: [...tree.keys()],
    properties: Object.fromEntries(entries),
  };
}
