import { type AnyObject, checkConfigKey, checkDns1035Label, checkDns1123Label, deepEqual } from '@serval/kube/objects';
import { type FieldError, fieldErrors } from '@serval/kube/schema';
import { column, mapText, orNone, wide } from '../table/cells.ts';
import { defaultService } from './defaults/service.ts';
import type { KindRow } from './define.ts';
import { validateService } from './service-rules.ts';
import { immutable } from './validation.ts';

const namespaces: KindRow = {
  kind: 'Namespace',
  plural: 'namespaces',
  clusterScoped: true,
  shortNames: ['ns'],
  verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  status: true,
  generation: 'none',
  subresources: [{ name: 'finalize', kind: 'Namespace', verbs: ['update'] }],
  columns: [column('Status', (object) => object['status']?.phase ?? 'Active')],
  strategy: {
    checkName: checkDns1123Label,
    defaults(draft) {
      // Selectors of namespaces by name rely on it (NamespaceDefaultLabelName).
      draft.metadata.labels = { ...draft.metadata.labels, 'kubernetes.io/metadata.name': draft.metadata.name ?? '' };
    },
    prepareForCreate(draft) {
      draft['spec'] = { finalizers: ['kubernetes'] };
      draft['status'] = { phase: 'Active' };
    },
    prepareForUpdate(draft, old) {
      draft['spec'] = old['spec'];
    },
    isHeld: (object) => (object['spec']?.finalizers?.length ?? 0) > 0,
    markDeleted(draft) {
      draft['status'] = { ...draft['status'], phase: 'Terminating' };
    },
    selectableFields: (object) => ({ 'status.phase': object['status']?.phase ?? '' }),
  },
};

const configMaps: KindRow = {
  kind: 'ConfigMap',
  plural: 'configmaps',
  shortNames: ['cm'],
  columns: [column('Data', (object) => sizeOf(object['data']) + sizeOf(object['binaryData']), { type: 'string' })],
  strategy: { validate: validateKeyed },
};

const secrets: KindRow = {
  kind: 'Secret',
  plural: 'secrets',
  columns: [column('Type', (object) => object['type']), column('Data', (object) => sizeOf(object['data']))],
  strategy: {
    defaults(draft) {
      draft['type'] ||= 'Opaque';
      const plain = draft['stringData'] as Record<string, string> | undefined;
      if (plain && typeof plain === 'object') {
        draft['data'] = { ...draft['data'] };
        for (const [key, value] of Object.entries(plain))
          draft['data'][key] = Buffer.from(String(value)).toString('base64');
      }
      delete draft['stringData'];
    },
    validate: (object, old) => [
      ...validateKeyed(object, old),
      ...(old ? immutable('type', object['type'], old['type']) : []),
    ],
    selectableFields: (object) => ({ type: object['type'] ?? '' }),
  },
};

const services: KindRow = {
  kind: 'Service',
  plural: 'services',
  shortNames: ['svc'],
  categories: ['all'],
  status: true,
  generation: 'none',
  columns: [
    column('Type', (object) => object['spec']?.type),
    column('Cluster-IP', (object) => orNone(object['spec']?.clusterIP)),
    column('External-IP', (object) => externalAddress(object)),
    column('Port(s)', (object) => servicePorts(object)),
  ],
  wideColumns: [wide('Selector', (object) => mapText(object['spec']?.selector))],
  strategy: {
    checkName: checkDns1035Label,
    defaults: defaultService,
    prepareForCreate(draft) {
      draft['status'] = { loadBalancer: {} };
    },
    validate: validateService,
    selectableFields: (object) => ({
      'spec.clusterIP': object['spec']?.clusterIP ?? '',
      'spec.type': object['spec']?.type ?? '',
    }),
  },
};

const serviceAccounts: KindRow = {
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  shortNames: ['sa'],
  subresources: [
    { name: 'token', kind: 'TokenRequest', group: 'authentication.k8s.io', version: 'v1', verbs: ['create'] },
  ],
  columns: [column('Secrets', (object) => object['secrets']?.length ?? 0)],
};

const nodes: KindRow = {
  kind: 'Node',
  plural: 'nodes',
  clusterScoped: true,
  shortNames: ['no'],
  status: true,
  generation: 'none',
  columns: [column('Status', (object) => nodeStatus(object)), column('Roles', (object) => nodeRoles(object))],
  wideColumns: [
    column('Version', (object) => object['status']?.nodeInfo?.kubeletVersion),
    wide('Internal-IP', (object) => nodeAddress(object, 'InternalIP')),
    wide('External-IP', (object) => nodeAddress(object, 'ExternalIP')),
    wide('OS-Image', (object) => object['status']?.nodeInfo?.osImage || '<unknown>'),
    wide('Kernel-Version', (object) => object['status']?.nodeInfo?.kernelVersion || '<unknown>'),
    wide('Container-Runtime', (object) => object['status']?.nodeInfo?.containerRuntimeVersion || '<unknown>'),
  ],
  strategy: {
    selectableFields: (object) => ({ 'spec.unschedulable': String(object['spec']?.unschedulable ?? false) }),
  },
};

const endpoints: KindRow = {
  kind: 'Endpoints',
  plural: 'endpoints',
  singular: 'endpoints',
  shortNames: ['ep'],
  columns: [column('Endpoints', (object) => endpointsText(object))],
};

export const coreRows: readonly KindRow[] = [
  namespaces,
  configMaps,
  secrets,
  services,
  serviceAccounts,
  nodes,
  endpoints,
];

function sizeOf(map: unknown): number {
  return typeof map === 'object' && map !== null ? Object.keys(map).length : 0;
}

function validateKeyed(object: AnyObject, old?: AnyObject): FieldError[] {
  const errors: FieldError[] = [];
  for (const field of ['data', 'binaryData']) {
    for (const key of Object.keys(object[field] ?? {})) {
      const problem = checkConfigKey(key);
      if (problem) {
        errors.push({
          path: `${field}[${key}]`,
          reason: 'FieldValueInvalid',
          message: `Invalid value: ${JSON.stringify(key)}: ${problem}`,
        });
      }
    }
  }
  if (old?.['immutable'] === true) {
    for (const field of ['data', 'binaryData', 'immutable']) {
      // Without the value, which may be a secret (Kubernetes, ValidateSecretUpdate).
      if (!deepEqual(object[field], old[field])) {
        errors.push(fieldErrors.forbidden(field, 'field is immutable when `immutable` is set'));
      }
    }
  }
  return errors;
}

function externalAddress(object: AnyObject): string {
  const { spec = {}, status } = object as AnyObject;
  if (spec.type === 'ExternalName') return spec.externalName ?? '';
  const given = [
    ...(status?.loadBalancer?.ingress ?? []).map(
      (entry: { ip?: string; hostname?: string }) => entry.ip ?? entry.hostname,
    ),
    ...(spec.externalIPs ?? []),
  ];
  if (given.length > 0) return given.join(',');
  return spec.type === 'LoadBalancer' ? '<pending>' : '<none>';
}

function servicePorts(object: AnyObject): string {
  const ports: { port: number; nodePort?: number; protocol?: string }[] = object['spec']?.ports ?? [];
  return orNone(
    ports
      .map(({ port, nodePort, protocol }) => `${port}${nodePort ? `:${nodePort}` : ''}/${protocol ?? 'TCP'}`)
      .join(','),
  );
}

function nodeStatus(object: AnyObject): string {
  const conditions: { type: string; status: string }[] = object['status']?.conditions ?? [];
  const ready = conditions.find(({ type }) => type === 'Ready');
  const text = ready ? (ready.status === 'True' ? 'Ready' : 'NotReady') : 'Unknown';
  return object['spec']?.unschedulable ? `${text},SchedulingDisabled` : text;
}

function nodeRoles(object: AnyObject): string {
  const prefix = 'node-role.kubernetes.io/';
  const roles = Object.keys(object.metadata.labels ?? {}).filter((key) => key.startsWith(prefix));
  return orNone(
    roles
      .map((key) => key.slice(prefix.length))
      .sort()
      .join(','),
  );
}

function nodeAddress(object: AnyObject, wanted: string): string {
  const addresses: { type: string; address: string }[] = object['status']?.addresses ?? [];
  return orNone(addresses.find(({ type }) => type === wanted)?.address);
}

function endpointsText(object: AnyObject): string {
  type Subset = { addresses?: { ip: string }[]; ports?: { port: number }[] };
  const texts = ((object['subsets'] ?? []) as Subset[]).flatMap(({ addresses = [], ports = [] }) =>
    addresses.flatMap(({ ip }) => (ports.length === 0 ? [ip] : ports.map(({ port }) => `${ip}:${port}`))),
  );
  return orNone(texts.length > 3 ? `${texts.slice(0, 3).join(',')} + ${texts.length - 3} more...` : texts.join(','));
}
