import type { StructuralSchema } from '@serval/kube/schema';
import { describeFields } from '../../describe-fields.ts';
import { atomicList, hostname, object, parentReference, sectionName, string } from '../../schema-parts.ts';
import { backendFields, duration, everything, filter, headerName, match } from './rule-schema.ts';
import { corsTexts, externalAuthTexts, filterTexts, ruleTexts, specTexts } from './whole-spec-texts.ts';

const setOf = (items: StructuralSchema, maxItems: number): StructuralSchema => ({
  type: 'array',
  'x-kubernetes-list-type': 'set',
  maxItems,
  items,
});
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH'];

const cors = object({
  allowCredentials: { type: 'boolean' },
  allowHeaders: setOf(headerName, 64),
  allowMethods: setOf({ type: 'string', enum: [...methods, '*'] }, 9),
  allowOrigins: setOf(
    {
      type: 'string',
      minLength: 1,
      maxLength: 253,
      pattern: '(^\\*$)|(^(http(s)?):\\/\\/(((\\*\\.)?([a-zA-Z0-9\\-]+\\.)*[a-zA-Z0-9-]+|\\*)(:([0-9]{1,5}))?)$)',
    },
    64,
  ),
  exposeHeaders: setOf(headerName, 64),
  maxAge: { type: 'integer', format: 'int32', minimum: 1, default: 5 },
});
const externalAuth = object(
  {
    protocol: { type: 'string', enum: ['HTTP', 'GRPC'] },
    backendRef: object(backendFields, ['name']),
    forwardBody: object({ maxSize: { type: 'integer' } }),
    grpc: object({ allowedHeaders: setOf(string, 64) }),
    http: object({
      allowedHeaders: setOf(string, 64),
      allowedResponseHeaders: setOf(string, 64),
      path: {
        type: 'string',
        maxLength: 1024,
        pattern: "^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|[%][0-9a-fA-F]{2})+$",
      },
    }),
  },
  ['backendRef', 'protocol'],
);
const ownFilters = {
  cors: describeFields(cors, corsTexts),
  externalAuth: describeFields(externalAuth, externalAuthTexts),
};
const wholeFilter = { ...filter, properties: { ...filter.properties, ...ownFilters } };
const filters = atomicList(describeFields(wholeFilter, filterTexts), { maxItems: 16 });

const rule = object({
  name: sectionName,
  matches: atomicList(match, { maxItems: 64, default: everything }),
  filters,
  backendRefs: atomicList(
    object(
      {
        ...backendFields,
        weight: { type: 'integer', format: 'int32', minimum: 0, maximum: 1_000_000, default: 1 },
        filters,
      },
      ['name'],
    ),
    { maxItems: 16 },
  ),
  timeouts: object({ request: duration, backendRequest: duration }),
  retry: object({
    attempts: { type: 'integer' },
    backoff: duration,
    codes: atomicList({ type: 'integer', minimum: 400, maximum: 599 }),
  }),
  sessionPersistence: object({
    sessionName: { type: 'string', maxLength: 128 },
    type: { type: 'string', enum: ['Cookie', 'Header'], default: 'Cookie' },
    absoluteTimeout: duration,
    idleTimeout: duration,
    cookieConfig: object({ lifetimeType: { type: 'string', enum: ['Permanent', 'Session'], default: 'Session' } }),
  }),
});

/**
 * The spec of an HTTPRoute inside of another kind, with the fields of the experimental channel too. Patterns, rules (CEL) and what lists must have
 * at least are left to the cluster's own definition of HTTPRoute, which checks what is made of it: releases differ in them.
 */
export function wholeHttpRouteSpec(description: string): StructuralSchema {
  const spec = object({
    hostnames: atomicList(hostname, { maxItems: 16 }),
    parentRefs: atomicList(parentReference, { maxItems: 32 }),
    rules: atomicList(describeFields(rule, ruleTexts), { maxItems: 16, default: [{ matches: everything }] }),
    useDefaultGateways: { type: 'string', enum: ['All', 'None'] },
  });
  return { ...withoutRules(describeFields(spec, specTexts)), description };
}

function withoutRules({
  pattern: _,
  'x-kubernetes-validations': _rules,
  ...schema
}: StructuralSchema): StructuralSchema {
  const { items, properties = {} } = schema;
  const fields = Object.entries(properties).map(([name, field]) => [name, withoutRules(field)]);
  return {
    ...schema,
    ...(items ? { items: withoutRules(items) } : {}),
    ...(fields.length > 0 ? { properties: Object.fromEntries(fields) } : {}),
  };
}
