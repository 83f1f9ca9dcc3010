import { Validator } from '@cfworker/json-schema';
import { checkSchemaOf, type KindVersion } from '@serval/api';
import type { KubeObject } from '@serval/kube/objects';
import { applyDefaults, type FieldError, pruneUnknown, validateSchema } from '@serval/kube/schema';

/** Answers what a JSON Schema has against a value: empty when nothing. */
export function judgeBy(schemaText: string): (value: unknown) => string[] {
  const validator = new Validator(JSON.parse(schemaText) as object, '7', true);
  return (value) => {
    const { valid, errors } = validator.validate(value);
    return valid ? [] : errors.map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`);
  };
}

/** What the schema of a kind has against an object, without the rules of the kind that are code. */
export function structuralErrors(kind: KindVersion, object: KubeObject): FieldError[] {
  const schema = checkSchemaOf(kind);
  const { object: known, unknownPaths } = pruneUnknown(schema, object);
  return [
    ...unknownPaths.map((path): FieldError => ({ path, reason: 'FieldValueForbidden', message: 'unknown field' })),
    ...validateSchema(schema, applyDefaults(schema, known)),
  ];
}
