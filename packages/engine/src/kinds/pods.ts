import { type AnyObject, deepEqual } from '@serval/kube/objects';
import { column, orNone, wide } from '../table/cells.ts';
import { podRestarts, podStatusText, readyContainers } from '../table/pod-status.ts';
import { defaultPodSpec } from './defaults/pod-spec.ts';
import type { KindRow } from './define.ts';
import { restartPolicies, validatePodSpec } from './pod-rules.ts';

const defaultGraceSeconds = 30;

export const pods: KindRow = {
  kind: 'Pod',
  plural: 'pods',
  shortNames: ['po'],
  categories: ['all'],
  status: true,
  subresources: [
    { name: 'binding', kind: 'Binding', verbs: ['create'] },
    { name: 'eviction', kind: 'Eviction', group: 'policy', version: 'v1', verbs: ['create'] },
    { name: 'log', kind: 'Pod', verbs: ['get'] },
  ],
  columns: [
    column('Ready', (object) => readyContainers(object)),
    column('Status', (object) => podStatusText(object)),
    column('Restarts', (object, nowMs) => podRestarts(object, nowMs)),
  ],
  wideColumns: [
    wide('IP', (object) => orNone(object['status']?.podIP)),
    wide('Node', (object) => orNone(object['spec']?.nodeName)),
    wide('Nominated Node', (object) => orNone(object['status']?.nominatedNodeName)),
    wide('Readiness Gates', (object) => readinessGates(object)),
  ],
  strategy: {
    defaults(draft) {
      draft['spec'] ??= {};
      defaultPodSpec(draft['spec']);
      if (typeof draft['spec'] === 'object') draft['spec'].enableServiceLinks ??= true;
    },
    prepareForCreate(draft) {
      draft['status'] = { phase: 'Pending', qosClass: qosClassOf(draft) };
    },
    validate: (object, old) =>
      old ? validatePodUpdate(object, old) : validatePodSpec(object['spec'], 'spec', restartPolicies.pod),
    selectableFields: (object) => ({
      'spec.nodeName': object['spec']?.nodeName ?? '',
      'spec.restartPolicy': object['spec']?.restartPolicy ?? '',
      'spec.schedulerName': object['spec']?.schedulerName ?? '',
      'spec.serviceAccountName': object['spec']?.serviceAccountName ?? '',
      'spec.hostNetwork': String(object['spec']?.hostNetwork ?? false),
      'status.phase': object['status']?.phase ?? '',
      'status.podIP': object['status']?.podIP ?? '',
      'status.nominatedNodeName': object['status']?.nominatedNodeName ?? '',
    }),
    gracePeriodSeconds(object, requested) {
      const { spec = {}, status = {} } = object;
      const wanted = requested ?? spec.terminationGracePeriodSeconds ?? defaultGraceSeconds;
      // Nobody will confirm the end of a Pod that no node has seen, or that has ended.
      if (!spec.nodeName || status.phase === 'Succeeded' || status.phase === 'Failed') return 0;
      return Math.max(0, wanted);
    },
  },
};

function readinessGates(object: AnyObject): string {
  const gates: { conditionType: string }[] = object['spec']?.readinessGates ?? [];
  if (gates.length === 0) return '<none>';
  const conditions: { type: string; status: string }[] = object['status']?.conditions ?? [];
  const met = gates.filter((gate) =>
    conditions.some(({ type, status }) => type === gate.conditionType && status === 'True'),
  );
  return `${met.length}/${gates.length}`;
}

/** A Pod's spec stays, but for images, deadlines, added tolerations and the like (ValidatePodUpdate). */
function validatePodUpdate(object: AnyObject, old: AnyObject) {
  // A Pod is bound once.
  const spec = old['spec']?.nodeName ? object['spec'] : { ...object['spec'], nodeName: old['spec']?.nodeName };
  if (deepEqual(frozenSpec(spec), frozenSpec(old['spec']))) return [];
  return [
    {
      path: 'spec',
      reason: 'FieldValueForbidden' as const,
      message:
        'Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
    },
  ];
}

function frozenSpec(spec: Record<string, unknown> = {}): unknown {
  const {
    activeDeadlineSeconds: _a,
    tolerations: _b,
    terminationGracePeriodSeconds: _c,
    schedulingGates: _d,
    nodeSelector: _e,
    ...rest
  } = spec;
  const withoutImages = (containers: unknown) =>
    Array.isArray(containers)
      ? containers.map(({ image: _image, resources: _resources, ...container }) => container)
      : containers;
  return {
    ...rest,
    containers: withoutImages(rest['containers']),
    initContainers: withoutImages(rest['initContainers']),
  };
}

/** `Guaranteed`, `Burstable` or `BestEffort`, from the containers' requests and limits. */
function qosClassOf(object: AnyObject): string {
  type Resources = { requests?: Record<string, unknown>; limits?: Record<string, unknown> };
  const spec = object['spec'] ?? {};
  const all = [...(spec.containers ?? []), ...(spec.initContainers ?? [])].map(
    (container: { resources?: Resources }) => container?.resources ?? {},
  );
  const counts = (map: Record<string, unknown> | undefined) =>
    Object.keys(map ?? {}).filter((key) => key === 'cpu' || key === 'memory');
  if (all.every(({ requests, limits }) => counts(requests).length + counts(limits).length === 0)) return 'BestEffort';
  const guaranteed = all.every(
    ({ requests, limits }) =>
      counts(limits).length === 2 &&
      counts(limits).every((key) => !requests?.[key] || deepEqual(requests[key], limits?.[key])),
  );
  return guaranteed ? 'Guaranteed' : 'Burstable';
}
