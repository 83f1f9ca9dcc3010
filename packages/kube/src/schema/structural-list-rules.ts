import { fieldErrors, fieldPath } from './field-error.ts';
import type { FieldError, StructuralSchema } from './structural.ts';

/** Rules of `x-kubernetes-list-type`, `x-kubernetes-list-map-keys` and `x-kubernetes-map-type`. */
export function checkLists(schema: StructuralSchema, path: string, errors: FieldError[]): void {
  const listType = schema['x-kubernetes-list-type'];
  const at = fieldPath(path, 'x-kubernetes-list-type');
  if (listType !== undefined) {
    if (schema.type !== 'array')
      errors.push(
        fieldErrors.invalid(
          fieldPath(path, 'type'),
          schema.type ?? '',
          'must be array if x-kubernetes-list-type is specified',
        ),
      );
    if (!['atomic', 'set', 'map'].includes(listType)) {
      errors.push(fieldErrors.notSupported(at, listType, ['atomic', 'map', 'set']));
    }
  }
  const mapType = schema['x-kubernetes-map-type'];
  if (mapType !== undefined) {
    if (schema.type !== 'object')
      errors.push(
        fieldErrors.invalid(
          fieldPath(path, 'type'),
          schema.type ?? '',
          'must be object if x-kubernetes-map-type is specified',
        ),
      );
    if (mapType !== 'atomic' && mapType !== 'granular') {
      errors.push(fieldErrors.notSupported(fieldPath(path, 'x-kubernetes-map-type'), mapType, ['atomic', 'granular']));
    }
  }
  const keys = schema['x-kubernetes-list-map-keys'];
  const keysPath = fieldPath(path, 'x-kubernetes-list-map-keys');
  if (listType !== 'map') {
    if (keys !== undefined && keys.length > 0) {
      errors.push(fieldErrors.forbidden(keysPath, 'must be empty if x-kubernetes-list-type is not map'));
    }
    return;
  }
  if (keys === undefined || keys.length === 0) {
    errors.push(fieldErrors.required(keysPath, 'must not be empty if x-kubernetes-list-type is map'));
    return;
  }
  const { items } = schema;
  if (items?.type !== 'object') {
    errors.push(
      fieldErrors.invalid(
        fieldPath(path, 'items.type'),
        items?.type ?? '',
        'must be object if parent array x-kubernetes-list-type is map',
      ),
    );
    return;
  }
  keys.forEach((key, i) => {
    const field = items.properties?.[key];
    if (keys.indexOf(key) !== i) errors.push(fieldErrors.duplicate(`${keysPath}[${i}]`, key));
    if (field === undefined) {
      errors.push(fieldErrors.invalid(`${keysPath}[${i}]`, key, 'entries must all be names of item properties'));
      return;
    }
    if (field.type === 'array' || field.type === 'object') {
      errors.push(
        fieldErrors.invalid(
          `${path}.items.properties[${key}].type`,
          field.type,
          'must be a scalar type if parent array x-kubernetes-list-type is map',
        ),
      );
    }
    if (field.default === undefined && !items.required?.includes(key)) {
      errors.push(
        fieldErrors.required(
          `${path}.items.properties[${key}].default`,
          'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property',
        ),
      );
    }
  });
}
