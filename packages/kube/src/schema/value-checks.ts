import { deepEqual } from '../objects/deep-equal.ts';
import type { Json, JsonObject } from '../objects/meta.ts';
import { isQuantity } from '../objects/quantity.ts';
import { fieldErrors } from './field-error.ts';
import { numberRanges, stringFormat } from './formats.ts';
import { compilePattern } from './pattern.ts';
import type { FieldError, StructuralSchema } from './structural.ts';
import { pathText, type ValuePath } from './value-path.ts';

/** Where a walk is, and what it found. */
export interface Findings {
  readonly path: ValuePath;
  readonly errors: FieldError[];
}

/** One rule about a value of a known type. */
type Check<T> = (value: T, at: Findings) => void;

/** The rules of one schema node, prepared once; only those that it states. */
export interface NodeChecks {
  readonly ofString: readonly Check<string>[];
  readonly ofNumber: readonly Check<number>[];
  readonly ofList: readonly Check<Json[]>[];
  readonly ofObject: readonly Check<JsonObject>[];
  readonly ofAny: readonly Check<Json>[];
}

/** @throws SyntaxError for a `pattern` that does not compile; `checkStructural` finds those first. */
export function prepareChecks(schema: StructuralSchema): NodeChecks {
  return {
    ofString: stringChecks(schema),
    ofNumber: numberChecks(schema),
    ofList: listChecks(schema),
    ofObject: objectChecks(schema),
    ofAny: enumChecks(schema),
  };
}

function rule<T>(holds: (value: T) => boolean, error: (path: string, value: T) => FieldError): Check<T> {
  return (value, { path, errors }) => {
    if (!holds(value)) errors.push(error(pathText(path), value));
  };
}

function bodyRule<T>(holds: (value: T) => boolean, expectation: string): Check<T> {
  return rule(holds, (path, value) => fieldErrors.invalid(path, value, `${path} in body ${expectation}`));
}

/** Characters as Go counts them: code points. A string is never longer in code points than in code units. */
function countCharacters(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** What Secrets hold is of format `byte`, so a wrong value may be a password that somebody forgot to encode. */
const secretFormats: ReadonlySet<string> = new Set(['byte', 'password']);

function stringChecks(schema: StructuralSchema): Check<string>[] {
  const checks: Check<string>[] = [];
  const { maxLength, minLength, pattern, format } = schema;
  if (maxLength !== undefined) {
    const holds = (text: string) => text.length <= maxLength || countCharacters(text) <= maxLength;
    checks.push(rule(holds, (path) => fieldErrors.tooLong(path, maxLength)));
  }
  if (minLength !== undefined && minLength > 0) {
    checks.push(bodyRule((text) => countCharacters(text) >= minLength, `should be at least ${minLength} chars long`));
  }
  if (pattern !== undefined && pattern !== '') {
    checks.push(bodyRule(compilePattern(pattern), `should match '${pattern}'`));
  }
  if (format === 'quantity') {
    checks.push(bodyRule(isQuantity, 'must be a quantity such as 500m, 2 or 1.5Gi'));
  } else if (format !== undefined) {
    const holds = stringFormat(format);
    if (holds) {
      checks.push(
        rule(holds, (path, text) =>
          secretFormats.has(format)
            ? fieldErrors.hidden(path, `${path} in body must be of type ${format}`)
            : fieldErrors.invalid(path, text, `${path} in body must be of type ${format}: ${JSON.stringify(text)}`),
        ),
      );
    }
  }
  return checks;
}

function numberChecks(schema: StructuralSchema): Check<number>[] {
  const checks: Check<number>[] = [];
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf, format } = schema;
  const range = format !== undefined && Object.hasOwn(numberRanges, format) ? numberRanges[format] : undefined;
  if (range) {
    checks.push(
      bodyRule(
        (value) => value >= range[0] && value <= range[1],
        `must be of type ${format}, from ${range[0]} to ${range[1]}`,
      ),
    );
  }
  if (minimum !== undefined) {
    checks.push(
      exclusiveMinimum
        ? bodyRule((value) => value > minimum, `should be greater than ${minimum}`)
        : bodyRule((value) => value >= minimum, `should be greater than or equal to ${minimum}`),
    );
  }
  if (maximum !== undefined) {
    checks.push(
      exclusiveMaximum
        ? bodyRule((value) => value < maximum, `should be less than ${maximum}`)
        : bodyRule((value) => value <= maximum, `should be less than or equal to ${maximum}`),
    );
  }
  if (multipleOf !== undefined && multipleOf > 0) {
    checks.push(bodyRule((value) => Number.isInteger(value / multipleOf), `should be a multiple of ${multipleOf}`));
  }
  return checks;
}

function listChecks({ minItems, maxItems }: StructuralSchema): Check<Json[]>[] {
  const checks: Check<Json[]>[] = [];
  if (maxItems !== undefined) {
    checks.push(
      rule(
        (list) => list.length <= maxItems,
        (path, list) => fieldErrors.tooMany(path, list.length, maxItems),
      ),
    );
  }
  if (minItems !== undefined) {
    checks.push(
      rule(
        (list) => list.length >= minItems,
        (path, list) =>
          fieldErrors.invalid(path, list.length, `${path} in body should have at least ${minItems} items`),
      ),
    );
  }
  return checks;
}

function objectChecks({ minProperties, maxProperties }: StructuralSchema): Check<JsonObject>[] {
  const checks: Check<JsonObject>[] = [];
  const count = (object: JsonObject) => Object.keys(object).length;
  if (maxProperties !== undefined) {
    checks.push(
      rule(
        (object) => count(object) <= maxProperties,
        (path, object) => fieldErrors.tooMany(path, count(object), maxProperties),
      ),
    );
  }
  if (minProperties !== undefined) {
    checks.push(
      rule(
        (object) => count(object) >= minProperties,
        (path, object) =>
          fieldErrors.invalid(path, count(object), `${path} in body should have at least ${minProperties} properties`),
      ),
    );
  }
  return checks;
}

function enumChecks({ enum: allowed }: StructuralSchema): Check<Json>[] {
  if (allowed === undefined) return [];
  const scalars = new Set(allowed.filter((value) => typeof value !== 'object'));
  const others = allowed.filter((value) => typeof value === 'object');
  const holds = (value: Json) => scalars.has(value as string) || others.some((other) => deepEqual(other, value));
  return [rule(holds, (path, value) => fieldErrors.notSupported(path, value, allowed))];
}
