import type { StructuralSchema } from '@serval/kube/schema';
import {
  atomicList,
  groupName,
  kindName,
  listByKey,
  namespaceName,
  object,
  objectName,
  port,
  sectionName,
  string,
} from '../../schema-parts.ts';

export const headerName: StructuralSchema = {
  type: 'string',
  minLength: 1,
  maxLength: 256,
  pattern: "^[A-Za-z0-9!#$%&'*+\\-.^_\\x60|~]+$",
};
const headerValue = object({ name: headerName, value: { type: 'string', minLength: 1, maxLength: 4096 } }, [
  'name',
  'value',
]);
const headerModifier = object({
  set: listByKey('name', headerValue, { maxItems: 16 }),
  add: listByKey('name', headerValue, { maxItems: 16 }),
  remove: { type: 'array', 'x-kubernetes-list-type': 'set', items: string, maxItems: 16 },
});
const pathModifier = object(
  {
    type: { type: 'string', enum: ['ReplaceFullPath', 'ReplacePrefixMatch'] },
    replaceFullPath: { type: 'string', maxLength: 1024 },
    replacePrefixMatch: { type: 'string', maxLength: 1024 },
  },
  ['type'],
);
const preciseHostname: StructuralSchema = {
  type: 'string',
  minLength: 1,
  maxLength: 253,
  pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
};
export const backendFields: Record<string, StructuralSchema> = {
  group: { ...groupName, default: '' },
  kind: { ...kindName, default: 'Service' },
  name: objectName,
  namespace: namespaceName,
  port,
};

export const filter = object(
  {
    type: {
      type: 'string',
      enum: [
        'RequestHeaderModifier',
        'ResponseHeaderModifier',
        'RequestMirror',
        'RequestRedirect',
        'URLRewrite',
        'ExtensionRef',
        'CORS',
      ],
    },
    requestHeaderModifier: headerModifier,
    responseHeaderModifier: headerModifier,
    requestMirror: object(
      {
        backendRef: object(backendFields, ['name']),
        percent: { type: 'integer', format: 'int32', minimum: 0, maximum: 100 },
        fraction: object(
          {
            numerator: { type: 'integer', format: 'int32', minimum: 0 },
            denominator: { type: 'integer', format: 'int32', minimum: 1, default: 100 },
          },
          ['numerator'],
        ),
      },
      ['backendRef'],
    ),
    requestRedirect: object({
      scheme: { type: 'string', enum: ['http', 'https'] },
      hostname: preciseHostname,
      path: pathModifier,
      port,
      statusCode: { type: 'integer', enum: [301, 302, 303, 307, 308], default: 302 },
    }),
    urlRewrite: object({ hostname: preciseHostname, path: pathModifier }),
    extensionRef: object({ group: groupName, kind: kindName, name: objectName }, ['group', 'kind', 'name']),
    cors: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  },
  ['type'],
);
const filters = atomicList(filter, { maxItems: 16 });

const matchType = (...kinds: string[]): StructuralSchema => ({ type: 'string', enum: kinds, default: kinds[0] });
export const match = object({
  path: object(
    {
      type: { type: 'string', enum: ['Exact', 'PathPrefix', 'RegularExpression'], default: 'PathPrefix' },
      value: { type: 'string', maxLength: 1024, default: '/' },
    },
    [],
    {
      default: { type: 'PathPrefix', value: '/' },
      'x-kubernetes-validations': [
        {
          message: "value must be an absolute path and start with '/' when type one of ['Exact', 'PathPrefix']",
          rule: "(self.type in ['Exact','PathPrefix']) ? self.value.startsWith('/') : true",
        },
      ],
    },
  ),
  headers: listByKey(
    'name',
    object(
      {
        type: matchType('Exact', 'RegularExpression'),
        name: headerName,
        value: { type: 'string', minLength: 1, maxLength: 4096 },
      },
      ['name', 'value'],
    ),
    { maxItems: 16 },
  ),
  queryParams: listByKey(
    'name',
    object(
      {
        type: matchType('Exact', 'RegularExpression'),
        name: headerName,
        value: { type: 'string', minLength: 1, maxLength: 1024 },
      },
      ['name', 'value'],
    ),
    { maxItems: 16 },
  ),
  method: { type: 'string', enum: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH'] },
});

/** Where nothing is written, everything matches. */
export const everything = [{ path: { type: 'PathPrefix', value: '/' } }];
export const duration: StructuralSchema = { type: 'string', pattern: '^([0-9]{1,5}(h|m|s|ms)){1,4}$' };

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
      {
        'x-kubernetes-validations': [
          {
            message: 'Must have port for Service reference',
            rule: "(size(self.group) == 0 && self.kind == 'Service') ? has(self.port) : true",
          },
        ],
      },
    ),
    { maxItems: 16 },
  ),
  timeouts: object({ request: duration, backendRequest: duration }),
});

export const rules: StructuralSchema = atomicList(rule, {
  minItems: 1,
  maxItems: 16,
  default: [{ matches: everything }],
});
