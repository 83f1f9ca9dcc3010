import type { Column } from '../registry/served-resource.ts';
import { formatAge } from '../table/age.ts';
import { ageColumn, nameColumn } from '../table/table.ts';
import type { PrinterColumn } from './definition.ts';
import { compileJsonPath, type JsonPath } from './json-path.ts';

/** Columns of a custom kind: Name, then its own, or Age when it declares none. */
export function customColumns(columns: readonly PrinterColumn[] | undefined): Column[] {
  if (!columns || columns.length === 0) return [nameColumn, { ...ageColumn, type: 'date' }];
  return [nameColumn, ...columns.map(customColumn)];
}

function customColumn({ name, type, format, description, priority, jsonPath }: PrinterColumn): Column {
  const find = compile(jsonPath);
  return {
    name,
    type,
    ...(format ? { format } : {}),
    description: description ?? `Custom resource definition column (in JSONPath format): ${jsonPath}`,
    ...(priority ? { priority } : {}),
    cell: (object, nowMs) => {
      const [value] = find(object);
      return value === undefined || value === null ? null : toCell(type, value, nowMs);
    },
  };
}

/** A path that cannot be read leaves its column empty: it must not keep anybody from seeing the objects. */
function compile(path: string): JsonPath {
  try {
    return compileJsonPath(path);
  } catch {
    return () => [];
  }
}

/** apiextensions, `cellForJSONValue`: a value of another type than the column's shows as nothing. */
function toCell(type: PrinterColumn['type'], value: unknown, nowMs: number): string | number | boolean | null {
  switch (type) {
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : null;
    case 'number':
      return typeof value === 'number' ? value : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'date':
      return typeof value === 'string' ? formatAge(value, nowMs) : null;
    default:
      return typeof value === 'string' ? value : JSON.stringify(value);
  }
}
