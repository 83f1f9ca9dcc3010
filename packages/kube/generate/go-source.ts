import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface GoField {
  /** Empty for an embedded struct. */
  goName: string;
  /** As written: `*metav1.Time`, `map[string]string`. */
  type: string;
  tags: Record<string, string>;
  markers: string[];
}
export interface GoType {
  name: string;
  markers: string[];
  /** Fields of a struct, or the text of the underlying type. */
  fields?: GoField[];
  underlying?: string;
  /** Import path by the name under which this file knows it. */
  imports: Map<string, string>;
}
export interface GoPackage {
  types: Map<string, GoType>;
  /** Values of the typed string constants, by the name of their type, in order. */
  constants: Map<string, string[]>;
  /** `apps`, `rbac.authorization.k8s.io`; undefined where no GroupName is declared. */
  groupName: string | undefined;
}

/**
 * Reads the type declarations of one gofmt-ed package of API types. It knows just as much Go as those packages use: structs,
 * named types, string constants, struct tags and comment markers (`+name=value`).
 */
export function readGoPackage(directory: string): GoPackage {
  const result: GoPackage = { types: new Map(), constants: new Map(), groupName: undefined };
  for (const file of readdirSync(directory).sort()) {
    if (!file.endsWith('.go') || file.endsWith('_test.go') || /^(zz_|generated\.|types_swagger)/.test(file)) continue;
    readFile(readFileSync(join(directory, file), 'utf8'), result);
  }
  return result;
}

function readFile(source: string, into: GoPackage): void {
  const imports = readImports(source);
  const group = /\bGroupName\s*=\s*"([^"]*)"/.exec(source);
  if (group) into.groupName = group[1] ?? '';
  let comments: string[] = [];
  let previous: string[] = [];
  let current: GoType | undefined;
  for (const line of source.split('\n')) {
    const text = line.trim();
    if (text.startsWith('//')) {
      comments.push(text.slice(2).trim());
      continue;
    }
    if (text === '') {
      if (comments.length > 0) previous = comments;
      comments = [];
      continue;
    }
    if (current) {
      if (line === '}') current = undefined;
      else {
        const field = readField(text, markersOf(comments));
        if (field) current.fields?.push(field);
      }
    } else {
      readConstant(text, into);
      const declared = /^type (\w+) (struct \{(\})?|[^=]+)/.exec(line);
      if (declared) {
        const [, name = '', what = ''] = declared;
        const isStruct = what.startsWith('struct');
        // Generator markers stand in the comment before the one that documents the type.
        const type: GoType = { name, markers: markersOf([...previous, ...comments]), imports };
        if (isStruct) type.fields = [];
        else type.underlying = what.trim();
        into.types.set(name, type);
        if (isStruct && !what.endsWith('}')) current = type;
      }
      previous = [];
    }
    comments = [];
  }
}

function readImports(source: string): Map<string, string> {
  const imports = new Map<string, string>();
  const block = /^import \(([\s\S]*?)^\)/m.exec(source)?.[1] ?? /^import (.*)$/m.exec(source)?.[1] ?? '';
  for (const [, alias, path = ''] of block.matchAll(/^\s*(\w+)?\s*"([^"]+)"/gm)) {
    imports.set(alias ?? path.slice(path.lastIndexOf('/') + 1), path);
  }
  return imports;
}

function readField(text: string, markers: string[]): GoField | undefined {
  const match = /^(?:(\w+)\s+)?(\S+)\s+`([^`]*)`/.exec(text);
  if (!match) return undefined;
  const [, goName = '', type = '', tagText = ''] = match;
  const tags: Record<string, string> = {};
  for (const [, key = '', value = ''] of tagText.matchAll(/(\w+):"([^"]*)"/g)) tags[key] = value;
  return { goName, type, tags, markers };
}

function readConstant(text: string, into: GoPackage): void {
  const match = /^(?:const )?\w+\s+(\w+)\s+=\s+"([^"]*)"/.exec(text);
  if (!match) return;
  const [, type = '', value = ''] = match;
  into.constants.set(type, [...(into.constants.get(type) ?? []), value]);
}

function markersOf(comments: string[]): string[] {
  return comments.filter((comment) => comment.startsWith('+')).map((comment) => comment.slice(1));
}

/** Values of `+name=value`, in order; `''` for `+name` alone. */
export function markerValues(markers: readonly string[], name: string): string[] {
  return markers
    .filter((marker) => marker === name || marker.startsWith(`${name}=`))
    .map((marker) => marker.slice(name.length + 1));
}
