import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as models from '@kubernetes/client-node';
import type { BuiltinTable, FieldRow } from '../src/schema/builtin-table.ts';

interface ModelClass {
  attributeTypeMap: { baseName: string; type: string }[];
}

/**
 * Differences between the table and the models of the installed @kubernetes/client-node: kinds, fields, requiredness. The two are
 * generated from the same Kubernetes release by different ways, so a difference means that one of them is stale.
 */
export function compareWithClientModels(table: BuiltinTable): { compared: number; differences: string[] } {
  const differences: string[] = [];
  let compared = 0;
  const directory = join(dirname(createRequire(import.meta.url).resolve('@kubernetes/client-node')), 'gen/models');
  for (const name of Object.keys(table.definitions)) {
    const found = modelOf(name);
    if (!found) continue;
    compared += 1;
    const required = requiredFields(readFileSync(join(directory, `${found.name}.d.ts`), 'utf8'));
    const ours = flatFields(table, name);
    const theirs = new Set(found.model.attributeTypeMap.map(({ baseName }) => baseName));
    for (const field of theirs) if (!ours.has(field)) differences.push(`${name}.${field} is missing in the table`);
    for (const [field, row] of ours) {
      if (!theirs.has(field)) differences.push(`${name}.${field} is not in the client's ${found.name}`);
      else if ((row[2]?.r === 1) !== required.has(field)) {
        differences.push(
          `${name}.${field} is ${required.has(field) ? 'required' : 'optional'} in the client's ${found.name}`,
        );
      }
    }
  }
  return { compared, differences };
}

/** Names of models: `V1Pod`, with the group in front where two groups share a kind (`CoreV1Event`). */
function modelOf(definition: string): { name: string; model: ModelClass } | undefined {
  const [group = '', rest = ''] = definition.split('/');
  const [version = '', kind = ''] = rest.split('.');
  const plain = version[0]?.toUpperCase() + version.slice(1) + kind;
  const capital = group[0]?.toUpperCase() + group.slice(1);
  const all = models as unknown as Record<string, ModelClass | undefined>;
  for (const name of [`${capital}${plain}`, plain]) {
    const model = all[name];
    if (model?.attributeTypeMap) return { name, model };
  }
  return undefined;
}

function requiredFields(declaration: string): Set<string> {
  return new Set([...declaration.matchAll(/^ {4}'([^']+)': /gm)].map((match) => match[1] as string));
}

function flatFields(table: BuiltinTable, name: string): Map<string, FieldRow> {
  const row = table.definitions[name];
  const fields = new Map<string, FieldRow>(Object.entries(row?.f ?? {}));
  for (const [inlined] of row?.i ?? [])
    for (const [field, entry] of flatFields(table, inlined)) fields.set(field, entry);
  if (row?.k) {
    fields.set('apiVersion', ['s', 0]);
    fields.set('kind', ['s', 0]);
  }
  return fields;
}
