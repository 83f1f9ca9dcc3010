import { isDeepStrictEqual } from 'node:util';
import type { StructuralSchema } from '@serval/kube/schema';
import type { Aspect, NodeVerdict } from './finding.ts';

type Answer = 'same' | 'wider' | 'differs';
type Check = (theirs: StructuralSchema, ours: StructuralSchema) => Answer | Answer[];

const lowerBounds = ['minimum', 'minLength', 'minItems', 'minProperties'] as const;
const upperBounds = ['maximum', 'maxLength', 'maxItems', 'maxProperties'] as const;
const combinations = ['allOf', 'anyOf', 'oneOf', 'not'] as const;

/**
 * Whether one node of ours, without its children, takes all that the reference takes and keeps it with the same meaning.
 * Descriptions and examples do not matter.
 */
export function compareNode(theirs: StructuralSchema, ours: StructuralSchema): NodeVerdict {
  const verdict: NodeVerdict = { findings: [], wider: [] };
  for (const [aspect, { check, show }] of Object.entries(checks) as [Aspect, (typeof checks)[string]][]) {
    const answers = [check(theirs, ours)].flat();
    if (answers.includes('differs')) verdict.findings.push({ aspect, theirs: show(theirs), ours: show(ours) });
    else if (answers.includes('wider')) verdict.wider.push(aspect);
  }
  return verdict;
}

/** `int-or-string`, the type, or `any`. */
export function typeName(schema: StructuralSchema): string {
  return schema['x-kubernetes-int-or-string'] ? 'int-or-string' : (schema.type ?? 'any');
}

const compareTypes: Check = (theirs, ours) => {
  const [their, our] = [typeName(theirs), typeName(ours)];
  if (their === our) return 'same';
  if (our === 'any') return 'wider';
  if (our === 'number' && their === 'integer') return 'wider';
  if (our === 'int-or-string' && (their === 'integer' || their === 'string')) return 'wider';
  return 'differs';
};

const compareFormats: Check = (theirs, ours) => {
  if (theirs.format === ours.format) return 'same';
  return ours.format === undefined || (theirs.format === 'int32' && ours.format === 'int64') ? 'wider' : 'differs';
};

/** A default of ours where the reference has none differs too: the object would come back with more than was sent. */
const compareDefaults: Check = (theirs, ours) => (isDeepStrictEqual(theirs.default, ours.default) ? 'same' : 'differs');

/** What a default fills in is there before it is demanded. */
function demanded(schema: StructuralSchema): string[] {
  return (schema.required ?? []).filter((name) => schema.properties?.[name]?.default === undefined);
}

const compareRequired: Check = (theirs, ours) => {
  const [their, our] = [demanded(theirs), demanded(ours)];
  if (our.some((name) => !their.includes(name))) return 'differs';
  return their.some((name) => !our.includes(name)) ? 'wider' : 'same';
};

const compareEnums: Check = (theirs, ours) => {
  if (!ours.enum) return theirs.enum ? 'wider' : 'same';
  const known = ours.enum;
  if (!theirs.enum?.every((value) => known.includes(value))) return 'differs';
  return known.length > theirs.enum.length ? 'wider' : 'same';
};

function lowerBound(their: number | undefined, our: number | undefined): Answer {
  if (our === their) return 'same';
  return our === undefined || (their !== undefined && our < their) ? 'wider' : 'differs';
}

function upperBound(their: number | undefined, our: number | undefined): Answer {
  return lowerBound(their === undefined ? their : -their, our === undefined ? our : -our);
}

const compareBounds: Check = (theirs, ours) => [
  ...lowerBounds.map((bound) => lowerBound(theirs[bound], ours[bound])),
  ...upperBounds.map((bound) => upperBound(theirs[bound], ours[bound])),
  ...(['exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'] as const).map((keyword) =>
    theirs[keyword] === ours[keyword] ? 'same' : ours[keyword] ? 'differs' : 'wider',
  ),
];

const comparePatterns: Check = (theirs, ours) =>
  theirs.pattern === ours.pattern ? 'same' : ours.pattern === undefined ? 'wider' : 'differs';

function flag(keyword: 'nullable' | 'x-kubernetes-preserve-unknown-fields'): Check {
  return (theirs, ours) => {
    if (Boolean(theirs[keyword]) === Boolean(ours[keyword])) return 'same';
    return ours[keyword] ? 'wider' : 'differs';
  };
}

const listOf = (schema: StructuralSchema) => [
  schema['x-kubernetes-list-type'] ?? 'atomic',
  schema['x-kubernetes-list-map-keys'] ?? [],
];

/** A merged list takes no two items of one key and is merged by server-side apply: both ways are other meanings. */
const compareListTypes: Check = (theirs, ours) =>
  isDeepStrictEqual(listOf(theirs), listOf(ours)) ? 'same' : 'differs';

const mapOf = (schema: StructuralSchema) => schema['x-kubernetes-map-type'] ?? 'granular';
const compareMapTypes: Check = (theirs, ours) => (mapOf(theirs) === mapOf(ours) ? 'same' : 'differs');

/** The two branches that int-or-string has say nothing new. */
const combined = (schema: StructuralSchema) =>
  Object.fromEntries(
    combinations
      .filter((keyword) => !(keyword === 'anyOf' && schema['x-kubernetes-int-or-string']))
      .flatMap((keyword) => (schema[keyword] ? [[keyword, schema[keyword]]] : [])),
  );

const compareCombinations: Check = (theirs, ours) => {
  const our = combined(ours);
  if (isDeepStrictEqual(combined(theirs), our)) return 'same';
  return Object.keys(our).length === 0 ? 'wider' : 'differs';
};

const rulesOf = (schema: StructuralSchema) =>
  (schema['x-kubernetes-validations'] ?? []).map(({ rule }) => rule.replace(/\s+/g, ' ').trim());

const compareRules: Check = (theirs, ours) => {
  const [their, our] = [rulesOf(theirs), rulesOf(ours)];
  if (our.some((rule) => !their.includes(rule))) return 'differs';
  return their.some((rule) => !our.includes(rule)) ? 'wider' : 'same';
};

const boundsOf = (schema: StructuralSchema) =>
  Object.fromEntries(
    [...lowerBounds, ...upperBounds, 'exclusiveMinimum' as const, 'exclusiveMaximum' as const, 'multipleOf' as const]
      .filter((keyword) => schema[keyword] !== undefined)
      .map((keyword) => [keyword, schema[keyword]]),
  );

const checks: Readonly<Record<string, { check: Check; show: (schema: StructuralSchema) => unknown }>> = {
  type: { check: compareTypes, show: typeName },
  format: { check: compareFormats, show: (schema) => schema.format },
  default: { check: compareDefaults, show: (schema) => schema.default },
  required: { check: compareRequired, show: demanded },
  enum: { check: compareEnums, show: (schema) => schema.enum },
  bounds: { check: compareBounds, show: boundsOf },
  pattern: { check: comparePatterns, show: (schema) => schema.pattern },
  nullable: { check: flag('nullable'), show: (schema) => schema.nullable },
  'unknown-fields': {
    check: flag('x-kubernetes-preserve-unknown-fields'),
    show: (schema) => schema['x-kubernetes-preserve-unknown-fields'],
  },
  'embedded-resource': {
    check: (theirs, ours) =>
      Boolean(theirs['x-kubernetes-embedded-resource']) === Boolean(ours['x-kubernetes-embedded-resource'])
        ? 'same'
        : 'differs',
    show: (schema) => schema['x-kubernetes-embedded-resource'],
  },
  'list-type': { check: compareListTypes, show: listOf },
  'map-type': { check: compareMapTypes, show: mapOf },
  combination: { check: compareCombinations, show: combined },
  rules: { check: compareRules, show: rulesOf },
};
