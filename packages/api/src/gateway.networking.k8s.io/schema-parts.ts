import type { StructuralSchema } from '@serval/kube/schema';

/** The Gateway API release whose standard channel these schemas follow, told in the CRDs' annotations. */
export const gatewayApiBundleVersion = 'v1.5.1';

/**
 * What every Gateway API CRD carries: release and channel, by which others tell what is installed, and the approval that
 * API servers demand of groups under k8s.io.
 */
export const gatewayApiAnnotations = {
  'api-approved.kubernetes.io': 'https://github.com/kubernetes-sigs/gateway-api/pull/4530',
  'gateway.networking.k8s.io/bundle-version': gatewayApiBundleVersion,
  'gateway.networking.k8s.io/channel': 'standard',
} as const;

export const gatewayApiCategories = ['gateway-api'] as const;

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const subdomain = `${label}(\\.${label})*`;

export const string: StructuralSchema = { type: 'string' };
export const stringMapSchema: StructuralSchema = { type: 'object', additionalProperties: string };
export const groupName: StructuralSchema = { type: 'string', maxLength: 253, pattern: `^$|^${subdomain}$` };
export const kindName: StructuralSchema = {
  type: 'string',
  minLength: 1,
  maxLength: 63,
  pattern: '^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$',
};
export const objectName: StructuralSchema = { type: 'string', minLength: 1, maxLength: 253 };
export const namespaceName: StructuralSchema = { type: 'string', minLength: 1, maxLength: 63, pattern: `^${label}$` };
export const sectionName: StructuralSchema = {
  type: 'string',
  minLength: 1,
  maxLength: 253,
  pattern: `^${subdomain}$`,
};
export const hostname: StructuralSchema = {
  type: 'string',
  minLength: 1,
  maxLength: 253,
  pattern: `^(\\*\\.)?${subdomain}$`,
};
export const port: StructuralSchema = { type: 'integer', format: 'int32', minimum: 1, maximum: 65535 };
export const controllerName: StructuralSchema = {
  type: 'string',
  minLength: 1,
  maxLength: 253,
  pattern: `^${subdomain}\\/[A-Za-z0-9\\/\\-._~%!$&'()*+,;=:]+$`,
};

export function object(
  properties: Record<string, StructuralSchema>,
  required: string[] = [],
  more: StructuralSchema = {},
): StructuralSchema {
  return { type: 'object', properties, ...(required.length > 0 ? { required } : {}), ...more };
}

/** A list that is replaced as a whole. */
export function atomicList(items: StructuralSchema, more: StructuralSchema = {}): StructuralSchema {
  return { type: 'array', 'x-kubernetes-list-type': 'atomic', items, ...more };
}

export function listByKey(key: string, items: StructuralSchema, more: StructuralSchema = {}): StructuralSchema {
  return { type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': [key], items, ...more };
}

export const labelSelector: StructuralSchema = object(
  {
    matchLabels: stringMapSchema,
    matchExpressions: atomicList(
      object({ key: string, operator: string, values: atomicList(string) }, ['key', 'operator']),
    ),
  },
  [],
  { 'x-kubernetes-map-type': 'atomic' },
);

export const conditions: StructuralSchema = listByKey(
  'type',
  object(
    {
      type: { type: 'string', maxLength: 316 },
      status: { type: 'string', enum: ['True', 'False', 'Unknown'] },
      reason: { type: 'string', minLength: 1, maxLength: 1024 },
      message: { type: 'string', maxLength: 32768 },
      observedGeneration: { type: 'integer', format: 'int64', minimum: 0 },
      lastTransitionTime: { type: 'string', format: 'date-time' },
    },
    ['lastTransitionTime', 'message', 'reason', 'status', 'type'],
  ),
  { maxItems: 8 },
);

/** What a fresh object shows before any controller has seen it. */
export const waitingConditions = (...types: string[]) =>
  types.map((type) => ({
    lastTransitionTime: '1970-01-01T00:00:00Z',
    message: 'Waiting for controller',
    reason: 'Pending',
    status: 'Unknown',
    type,
  }));

export const parentReference: StructuralSchema = object(
  {
    group: { ...groupName, default: 'gateway.networking.k8s.io' },
    kind: { ...kindName, default: 'Gateway' },
    namespace: namespaceName,
    name: objectName,
    sectionName,
    port,
  },
  ['name'],
);
