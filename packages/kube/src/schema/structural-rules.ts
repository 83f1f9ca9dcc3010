import { fieldErrors, fieldPath } from './field-error.ts';
import { compilePattern } from './pattern.ts';
import type { FieldError, StructuralSchema } from './structural.ts';
import { checkLists } from './structural-list-rules.ts';
import { validateSchema } from './validate.ts';

const types = ['object', 'array', 'string', 'integer', 'number', 'boolean'];
const forbidden = [
  '$ref',
  'definitions',
  'dependencies',
  'deprecated',
  'discriminator',
  'id',
  'patternProperties',
  'readOnly',
  'writeOnly',
  'xml',
  'additionalItems',
];
/** Keywords that shape the object: not allowed below allOf, anyOf, oneOf and not. */
const shaping = [
  'type',
  'additionalProperties',
  'default',
  'nullable',
  'title',
  'description',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-embedded-resource',
  'x-kubernetes-int-or-string',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-map-type',
] as const;
const maxDepth = 100;

/**
 * Whether a schema is structural as `apiextensions.k8s.io/v1` demands. Paths start at `path`, the place of the schema in the
 * CustomResourceDefinition (`spec.versions[0].schema.openAPIV3Schema`).
 */
export function checkStructural(schema: StructuralSchema, path = ''): FieldError[] {
  const errors: FieldError[] = [];
  if (schema.type !== 'object') {
    const at = fieldPath(path, 'type');
    errors.push(
      schema.type === undefined
        ? fieldErrors.required(at, 'must not be empty at the root')
        : fieldErrors.invalid(at, schema.type, 'must be object at the root'),
    );
  }
  if (schema.nullable === true) {
    errors.push(fieldErrors.forbidden(fieldPath(path, 'nullable'), 'cannot be true at the root'));
  }
  checkNode(schema, path, errors, 0, 'root');
  checkMetadata(schema, path, errors);
  return errors;
}

type Place = 'root' | 'field' | 'item';

function checkNode(schema: StructuralSchema, path: string, errors: FieldError[], depth: number, place: Place): void {
  if (depth > maxDepth) {
    errors.push(fieldErrors.forbidden(path, `schemas may nest at most ${maxDepth} levels`));
    return;
  }
  checkKeywords(schema, path, errors);
  checkNodeType(schema, path, errors, place);
  checkLists(schema, path, errors);
  checkEmbedded(schema, path, errors);
  checkDefault(schema, path, errors);

  for (const [key, field] of Object.entries(schema.properties ?? {})) {
    checkNode(field, `${path ? `${path}.` : ''}properties[${key}]`, errors, depth + 1, 'field');
  }
  if (typeof schema.additionalProperties === 'object') {
    checkNode(schema.additionalProperties, fieldPath(path, 'additionalProperties'), errors, depth + 1, 'field');
  }
  if (schema.items) checkNode(schema.items, fieldPath(path, 'items'), errors, depth + 1, 'item');
  forEachJunctor(schema, path, (part, at) => {
    checkValidation(part, schema, at, errors, depth + 1, schema['x-kubernetes-int-or-string'] === true);
  });
}

function checkKeywords(schema: StructuralSchema, path: string, errors: FieldError[]): void {
  for (const keyword of forbidden) {
    if (Object.hasOwn(schema, keyword)) {
      errors.push(fieldErrors.forbidden(fieldPath(path, keyword), `${keyword} is not supported`));
    }
  }
  if ((schema as Record<string, unknown>)['uniqueItems'] === true) {
    const detail =
      'uniqueItems cannot be set to true since the runtime complexity becomes quadratic; use list type set';
    errors.push(fieldErrors.forbidden(fieldPath(path, 'uniqueItems'), detail));
  }
  if (schema.additionalProperties === false) {
    errors.push(
      fieldErrors.forbidden(fieldPath(path, 'additionalProperties'), 'additionalProperties cannot be set to false'),
    );
  }
  if (schema.properties !== undefined && schema.additionalProperties) {
    const detail = 'additionalProperties and properties are mutual exclusive';
    errors.push(fieldErrors.forbidden(fieldPath(path, 'additionalProperties'), detail));
  }
  if (schema.pattern !== undefined) {
    try {
      compilePattern(schema.pattern);
    } catch (error) {
      errors.push(fieldErrors.invalid(fieldPath(path, 'pattern'), schema.pattern, (error as Error).message));
    }
  }
}

function checkNodeType(schema: StructuralSchema, path: string, errors: FieldError[], place: Place): void {
  const at = fieldPath(path, 'type');
  const intOrString = schema['x-kubernetes-int-or-string'] === true;
  if (schema.type !== undefined && !types.includes(schema.type)) {
    errors.push(fieldErrors.notSupported(at, schema.type, types));
  }
  if (intOrString && schema.type !== undefined) {
    errors.push(fieldErrors.forbidden(at, 'must be empty if x-kubernetes-int-or-string is true'));
  }
  if (place !== 'root' && schema.type === undefined && !intOrString) {
    if (schema['x-kubernetes-preserve-unknown-fields'] !== true) {
      const what = place === 'item' ? 'array items' : 'object fields';
      errors.push(fieldErrors.required(at, `must not be empty for specified ${what}`));
    }
  }
  if (schema.type === 'array' && schema.items === undefined) {
    errors.push(fieldErrors.required(fieldPath(path, 'items'), 'must be specified'));
  }
}

/** A default must be a valid value itself. Nothing is said of it while the schema has other faults. */
function checkDefault(schema: StructuralSchema, path: string, errors: FieldError[]): void {
  if (schema.default === undefined || errors.length > 0) return;
  const at = fieldPath(path, 'default');
  try {
    const findings = validateSchema(schema, schema.default as object, { isResource: false });
    errors.push(...findings.map((finding) => ({ ...finding, path: finding.path ? `${at}.${finding.path}` : at })));
  } catch (error) {
    // A pattern further down that does not compile; its own node reports it.
    if (!(error instanceof SyntaxError)) throw error;
  }
}

function checkEmbedded(schema: StructuralSchema, path: string, errors: FieldError[]): void {
  if (schema['x-kubernetes-embedded-resource'] !== true) return;
  if (schema.type !== 'object') {
    errors.push(
      fieldErrors.invalid(
        fieldPath(path, 'type'),
        schema.type ?? '',
        'must be object if x-kubernetes-embedded-resource is true',
      ),
    );
  }
  if (schema['x-kubernetes-preserve-unknown-fields'] !== true && Object.keys(schema.properties ?? {}).length === 0) {
    errors.push(
      fieldErrors.required(
        fieldPath(path, 'properties'),
        'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields',
      ),
    );
  }
}

/** The root's metadata belongs to the API server: a schema may restrict the two names and nothing else. */
function checkMetadata(schema: StructuralSchema, path: string, errors: FieldError[]): void {
  const metadata = schema.properties?.['metadata'];
  if (metadata === undefined) return;
  const at = fieldPath(path, 'properties[metadata]');
  if (metadata.type !== undefined && metadata.type !== 'object') {
    errors.push(fieldErrors.invalid(`${at}.type`, metadata.type, 'must be object'));
  }
  for (const key of Object.keys(metadata.properties ?? {})) {
    if (key === 'name' || key === 'generateName') continue;
    errors.push(
      fieldErrors.forbidden(
        at,
        'must not specify anything other than name and generateName, but metadata is implicitly specified',
      ),
    );
    return;
  }
}

function forEachJunctor(
  schema: StructuralSchema,
  path: string,
  visit: (part: StructuralSchema, at: string) => void,
): void {
  for (const junctor of ['allOf', 'anyOf', 'oneOf'] as const) {
    schema[junctor]?.forEach((part, i) => {
      visit(part, `${fieldPath(path, junctor)}[${i}]`);
    });
  }
  if (schema.not) visit(schema.not, fieldPath(path, 'not'));
}

/** Below allOf, anyOf, oneOf, not: no shape, and only fields that the structural part names. */
function checkValidation(
  part: StructuralSchema,
  structure: StructuralSchema | undefined,
  path: string,
  errors: FieldError[],
  depth: number,
  allowsType: boolean,
): void {
  if (depth > maxDepth) {
    errors.push(fieldErrors.forbidden(path, `schemas may nest at most ${maxDepth} levels`));
    return;
  }
  for (const keyword of shaping) {
    // `anyOf: [{type: integer}, {type: string}]` is the documented companion of int-or-string.
    if (part[keyword] === undefined || (keyword === 'type' && allowsType)) continue;
    errors.push(fieldErrors.forbidden(fieldPath(path, keyword), 'must be empty to be structural'));
  }
  checkKeywords(part, path, errors);
  for (const [key, field] of Object.entries(part.properties ?? {})) {
    const at = `${path}.properties[${key}]`;
    const shape =
      structure?.properties?.[key] ??
      (typeof structure?.additionalProperties === 'object' ? structure.additionalProperties : undefined);
    if (shape === undefined) {
      errors.push(
        fieldErrors.required(at, 'because it is defined in a validation, it must be in the structural schema too'),
      );
    }
    checkValidation(field, shape, at, errors, depth + 1, false);
  }
  if (part.items) {
    if (structure?.items === undefined)
      errors.push(fieldErrors.required(fieldPath(path, 'items'), 'it must be in the structural schema too'));
    checkValidation(part.items, structure?.items, fieldPath(path, 'items'), errors, depth + 1, false);
  }
  forEachJunctor(part, path, (inner, at) => {
    checkValidation(inner, structure, at, errors, depth + 1, allowsType);
  });
}
