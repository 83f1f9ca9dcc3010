import { join } from 'node:path';
import type { BuiltinTable, DefinitionRow, FieldExtras, FieldRow } from '../src/schema/builtin-table.ts';
import { type GoField, type GoPackage, type GoType, markerValues, readGoPackage } from './go-source.ts';

const apiGroups = [
  'core/v1',
  'apps/v1',
  'batch/v1',
  'autoscaling/v1',
  'autoscaling/v2',
  'discovery/v1',
  'coordination/v1',
  'rbac/v1',
  'admissionregistration/v1',
  'policy/v1',
  'networking/v1',
  'authentication/v1',
  'authorization/v1',
  'events/v1',
  'storage/v1',
  'scheduling/v1',
  'node/v1',
  'certificates/v1',
];
/** Import path of each package by its key in the table. */
const packagePaths = new Map<string, { module: string; folder: string }>([
  ['meta/v1', { module: 'k8s.io/apimachinery', folder: 'pkg/apis/meta/v1' }],
  ...apiGroups.map((key) => [key, { module: 'k8s.io/api', folder: key }] as const),
  ['apiextensions/v1', { module: 'k8s.io/apiextensions-apiserver', folder: 'pkg/apis/apiextensions/v1' }],
  ['apiregistration/v1', { module: 'k8s.io/kube-aggregator', folder: 'pkg/apis/apiregistration/v1' }],
]);
const keyOfPath = new Map<string, string>(
  [...packagePaths].map(([key, { module, folder }]) => [`${module}/${folder}`, key] as const),
);
/** Kinds of meta/v1 that travel as request or answer bodies. */
const metaKinds = ['DeleteOptions', 'Status'];

/** Types with a JSON form of their own: see `FieldRow` for the letters. */
const special: Record<string, string> = {
  'meta/v1.Time': 'T',
  'meta/v1.MicroTime': 'U',
  'meta/v1.Duration': 'D',
  'meta/v1.FieldsV1': 'F',
  'k8s.io/apimachinery/pkg/api/resource.Quantity': 'Q',
  'k8s.io/apimachinery/pkg/util/intstr.IntOrString': 'X',
  'k8s.io/apimachinery/pkg/runtime.RawExtension': 'R',
  'k8s.io/apimachinery/pkg/types.UID': 's',
  'apiextensions/v1.JSON': 'J',
  'apiextensions/v1.JSONSchemaPropsOrArray': 'V',
  'apiextensions/v1.JSONSchemaPropsOrBool': 'V',
  'apiextensions/v1.JSONSchemaPropsOrStringArray': 'V',
};
const scalars: Record<string, string> = {
  string: 's',
  bool: 'b',
  int: 'l',
  int32: 'i',
  int64: 'l',
  uint32: 'l',
  float64: 'f',
  '[]byte': 'y',
};

/** The table of built-in kinds from the Go packages in `modules` (directories by module path). */
export function buildTable(modules: Map<string, string>, version: string): BuiltinTable {
  const packages = new Map<string, GoPackage>();
  for (const [key, { module, folder }] of packagePaths) {
    const directory = modules.get(module);
    if (directory === undefined) throw new Error(`Go module ${module} was not downloaded`);
    packages.set(key, readGoPackage(join(directory, folder)));
  }
  const kinds: BuiltinTable['kinds'] = [];
  const wanted: string[] = [];
  for (const [key, { types, groupName }] of packages) {
    for (const type of types.values()) {
      if (!isKind(key, type)) continue;
      const group = key === 'meta/v1' ? '' : (groupName ?? '');
      const clusterScoped = markerValues(type.markers, 'genclient:nonNamespaced').length > 0 || key === 'meta/v1';
      const versionName = key.slice(key.indexOf('/') + 1);
      kinds.push([group, versionName, type.name, `${key}.${type.name}`, clusterScoped ? 0 : 1]);
      wanted.push(`${key}.${type.name}`);
    }
  }
  const definitions: Record<string, DefinitionRow> = {};
  while (wanted.length > 0) {
    const name = wanted.pop() as string;
    if (Object.hasOwn(definitions, name)) continue;
    definitions[name] = new Definitions(packages, wanted).row(name);
  }
  const sorted = Object.fromEntries(Object.entries(definitions).sort(([a], [b]) => (a < b ? -1 : 1)));
  kinds.sort((a, b) => (a[3] < b[3] ? -1 : 1));
  return { version, kinds, definitions: sorted };
}

function isKind(key: string, type: GoType): boolean {
  if (key === 'meta/v1') return metaKinds.includes(type.name);
  const isObject = type.markers.some(
    (marker) => marker.startsWith('k8s:deepcopy-gen:interfaces=') && marker.endsWith('runtime.Object'),
  );
  const isList = type.fields?.some((field) => field.type.endsWith('ListMeta')) ?? false;
  return isObject && !isList && type.name !== 'List' && !/Options$/.test(type.name);
}

class Definitions {
  private readonly packages: Map<string, GoPackage>;
  /** Names of definitions that the rows refer to, for the caller to follow. */
  private readonly wanted: string[];

  constructor(packages: Map<string, GoPackage>, wanted: string[]) {
    this.packages = packages;
    this.wanted = wanted;
  }

  row(name: string): DefinitionRow {
    const { type, key } = this.find(name);
    if (type.fields === undefined) return { a: this.typeCode(type.underlying ?? '', type, key).code };
    const row: DefinitionRow = { f: {} };
    if (
      markerValues(type.markers, 'structType')[0] === 'atomic' ||
      markerValues(type.markers, 'mapType')[0] === 'atomic'
    )
      row.M = 1;
    for (const field of type.fields) this.addField(row, field, type, key);
    return row;
  }

  private find(name: string): { type: GoType; key: string } {
    const dot = name.lastIndexOf('.');
    const key = name.slice(0, dot);
    const type = this.packages.get(key)?.types.get(name.slice(dot + 1));
    if (!type) throw new Error(`there is no Go type ${name}`);
    return { type, key };
  }

  private addField(row: DefinitionRow, field: GoField, type: GoType, key: string): void {
    const [jsonName = '', ...jsonOptions] = (field.tags['json'] ?? '').split(',');
    if (jsonName === '-') return;
    const number = Number(/^\w+,(\d+)/.exec(field.tags['protobuf'] ?? '')?.[1] ?? 0);
    const { code, enumOf } = this.typeCode(field.type, type, key);
    if (jsonOptions.includes('inline') || (field.goName === '' && jsonName === '')) {
      if (code === 'meta/v1.TypeMeta') row.k = 1;
      else {
        row.i = [...(row.i ?? []), [code, number]];
        this.wanted.push(code);
      }
      return;
    }
    const extras = this.extras(field, jsonOptions, enumOf);
    const entry: FieldRow = Object.keys(extras).length > 0 ? [code, number, extras] : [code, number];
    row.f = { ...row.f, [jsonName]: entry };
  }

  private extras(field: GoField, jsonOptions: string[], enumOf: string[] | undefined): FieldExtras {
    const extras: FieldExtras = {};
    const { markers, tags } = field;
    const required = markers.includes('required') || markers.includes('k8s:required');
    const optional =
      jsonOptions.includes('omitempty') ||
      jsonOptions.includes('omitzero') ||
      markers.some((marker) => marker === 'optional' || marker === 'k8s:optional');
    if (required || !optional) extras.r = 1;
    if (tags['patchStrategy']) extras.p = tags['patchStrategy'];
    if (tags['patchMergeKey']) extras.m = tags['patchMergeKey'];
    const listType = markerValues(markers, 'listType')[0];
    if (listType === 'atomic' || listType === 'set' || listType === 'map') extras.L = listType;
    const keys = markerValues(markers, 'listMapKey');
    if (keys.length > 0) extras.K = keys;
    if (markerValues(markers, 'mapType')[0] === 'atomic' || markerValues(markers, 'structType')[0] === 'atomic')
      extras.M = 1;
    const fallback = markerValues(markers, 'default')[0];
    if (fallback !== undefined && !fallback.startsWith('ref(')) extras.d = JSON.parse(fallback);
    if (enumOf) extras.e = enumOf;
    return extras;
  }

  /** The letter or reference of a Go type, as `FieldRow` explains, and the values of an enum. */
  private typeCode(text: string, owner: GoType, key: string): { code: string; enumOf?: string[] } {
    const scalar = scalars[text];
    if (scalar) return { code: scalar };
    if (text.startsWith('*')) {
      const target = this.typeCode(text.slice(1), owner, key);
      return /^[sbilf]$/.test(target.code) ? { ...target, code: `*${target.code}` } : target;
    }
    if (text.startsWith('[]')) return { code: `[]${this.typeCode(text.slice(2), owner, key).code}` };
    if (text.startsWith('map[')) {
      return { code: `{}${this.typeCode(text.slice(text.indexOf(']') + 1), owner, key).code}` };
    }
    const name = this.qualify(text, owner, key);
    const letter = special[name];
    if (letter) return { code: letter };
    const { type, key: home } = this.find(name);
    if (type.fields !== undefined || markerValues(type.markers, 'protobuf.nullable').length > 0) {
      if (!name.endsWith('.TypeMeta')) this.wanted.push(name);
      return { code: name };
    }
    const under = this.typeCode(type.underlying ?? '', type, home);
    const isEnum = type.markers.includes('enum') && under.code === 's';
    const values = isEnum ? this.packages.get(home)?.constants.get(type.name) : undefined;
    return values ? { code: 's', enumOf: [...new Set(values)].sort() } : under;
  }

  private qualify(text: string, owner: GoType, key: string): string {
    const dot = text.indexOf('.');
    if (dot < 0) return `${key}.${text}`;
    const path = owner.imports.get(text.slice(0, dot));
    if (path === undefined) throw new Error(`${key}: "${text}" is of a package that is not imported`);
    return `${keyOfPath.get(path) ?? path}.${text.slice(dot + 1)}`;
  }
}
