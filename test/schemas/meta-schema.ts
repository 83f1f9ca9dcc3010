const schema = { $ref: '#' };
const text = { type: 'string' };
const number = { type: 'number' };
const count = { type: 'integer', minimum: 0 };
const schemas = { type: 'array', items: schema, minItems: 1 };
const named = { type: 'object', additionalProperties: schema };
const type = { enum: ['object', 'array', 'string', 'integer', 'number', 'boolean', 'null'] };

/**
 * What draft 7 says of the keywords that the published schemas may have. Unlike its own meta-schema this one refuses all others, so that a
 * keyword of another dialect (`nullable`, `x-kubernetes-…`) is found.
 */
export const metaSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    $schema: { enum: ['http://json-schema.org/draft-07/schema#'] },
    $comment: text,
    $ref: { type: 'string', pattern: '^#(/definitions/[A-Za-z0-9_]+)?$' },
    definitions: named,
    title: text,
    description: text,
    default: true,
    type: { anyOf: [type, { type: 'array', items: type, uniqueItems: true, minItems: 1 }] },
    enum: { type: 'array', minItems: 1, uniqueItems: true },
    const: true,
    format: text,
    pattern: { type: 'string', format: 'regex' },
    minLength: count,
    maxLength: count,
    minimum: number,
    maximum: number,
    exclusiveMinimum: number,
    exclusiveMaximum: number,
    multipleOf: { type: 'number', exclusiveMinimum: 0 },
    items: schema,
    minItems: count,
    maxItems: count,
    uniqueItems: { type: 'boolean' },
    required: { type: 'array', items: text, uniqueItems: true },
    properties: named,
    propertyNames: schema,
    additionalProperties: { anyOf: [{ type: 'boolean' }, schema] },
    minProperties: count,
    maxProperties: count,
    if: schema,
    // biome-ignore lint/suspicious/noThenProperty: the keyword's name
    then: schema,
    allOf: schemas,
    anyOf: schemas,
    oneOf: schemas,
    not: schema,
  },
  // Whatever stands beside a reference is not looked at.
  if: { required: ['$ref'] },
  // biome-ignore lint/suspicious/noThenProperty: the keyword's name
  then: { propertyNames: { enum: ['$ref', 'description', 'default'] } },
};
