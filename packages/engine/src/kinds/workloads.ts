import type { AnyObject } from '@serval/kube/objects';
import type { FieldError } from '@serval/kube/schema';
import { formatDuration } from '../table/age.ts';
import { autoscalerTargets } from '../table/autoscaler-targets.ts';
import { column, containerColumns, count } from '../table/cells.ts';
import { convertAutoscaler } from './autoscaler-conversion.ts';
import { defaultAutoscaler, defaultDeployment, defaultJob, defaultReplicaSet } from './defaults/workloads.ts';
import type { KindRow } from './define.ts';
import { restartPolicies, validatePodSpec } from './pod-rules.ts';
import { validateWorkload } from './selector-rules.ts';
import { immutable, negatives } from './validation.ts';

const workloadScale = {
  specReplicas: '.spec.replicas',
  statusReplicas: '.status.replicas',
  selector: '.spec.selector',
};

const deployments: KindRow = {
  group: 'apps',
  kind: 'Deployment',
  plural: 'deployments',
  shortNames: ['deploy'],
  categories: ['all'],
  status: true,
  scale: workloadScale,
  columns: [
    column('Ready', (object) => `${object['status']?.readyReplicas ?? 0}/${object['spec']?.replicas ?? 0}`),
    count('Up-to-date', (object) => object['status']?.updatedReplicas),
    count('Available', (object) => object['status']?.availableReplicas),
  ],
  wideColumns: containerColumns(),
  strategy: { defaults: defaultDeployment, validate: validateWorkload },
};

const replicaSets: KindRow = {
  group: 'apps',
  kind: 'ReplicaSet',
  plural: 'replicasets',
  shortNames: ['rs'],
  categories: ['all'],
  status: true,
  scale: workloadScale,
  columns: [
    count('Desired', (object) => object['spec']?.replicas),
    count('Current', (object) => object['status']?.replicas),
    count('Ready', (object) => object['status']?.readyReplicas),
  ],
  wideColumns: containerColumns(),
  strategy: {
    defaults: defaultReplicaSet,
    prepareForCreate(draft) {
      draft['status'] = { replicas: 0 };
    },
    validate: validateWorkload,
    selectableFields: (object) => ({ 'status.replicas': String(object['status']?.replicas ?? 0) }),
  },
};

const jobs: KindRow = {
  group: 'batch',
  kind: 'Job',
  plural: 'jobs',
  categories: ['all'],
  status: true,
  columns: [
    column('Status', (object) => jobStatus(object)),
    column('Completions', (object) => jobCompletions(object)),
    column('Duration', (object, nowMs) => jobDuration(object, nowMs)),
  ],
  wideColumns: containerColumns(),
  strategy: {
    defaults: defaultJob,
    prepareForCreate(draft) {
      const { spec } = draft;
      if (!spec?.template || spec.manualSelector) return;
      // A selector of its own, by the Job's uid, as the Job strategy of Kubernetes gives it.
      const own = { 'batch.kubernetes.io/controller-uid': draft.metadata.uid ?? '' };
      spec.selector = { matchLabels: own };
      spec.template.metadata = {
        ...spec.template.metadata,
        labels: {
          ...spec.template.metadata?.labels,
          ...own,
          'controller-uid': draft.metadata.uid,
          'batch.kubernetes.io/job-name': draft.metadata.name,
          'job-name': draft.metadata.name,
        },
      };
    },
    validate: validateJob,
    selectableFields: (object) => ({ 'status.successful': String(object['status']?.succeeded ?? 0) }),
  },
};

export const autoscalerRow: KindRow = {
  group: 'autoscaling',
  version: 'v2',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  shortNames: ['hpa'],
  categories: ['all'],
  status: true,
  generation: 'none',
  columns: [
    column('Reference', (object) => `${object['spec']?.scaleTargetRef?.kind}/${object['spec']?.scaleTargetRef?.name}`),
    column('Targets', (object) => autoscalerTargets(object)),
    column('MinPods', (object) => String(object['spec']?.minReplicas ?? '<unset>')),
    column('MaxPods', (object) => object['spec']?.maxReplicas, { type: 'integer' }),
    count('Replicas', (object) => object['status']?.currentReplicas),
  ],
  strategy: {
    defaults: defaultAutoscaler,
    prepareForCreate(draft) {
      draft['status'] = { currentReplicas: 0, desiredReplicas: 0 };
    },
    convert: convertAutoscaler,
  },
};

/** Only kinds that a controller of the platform acts on: a DaemonSet that nobody runs should not be accepted. */
export const workloadRows: readonly KindRow[] = [deployments, replicaSets, jobs];

function validateJob(object: AnyObject, old?: AnyObject): FieldError[] {
  const { selector, template } = object['spec'] ?? {};
  const counts = negatives(object, ['parallelism', 'completions', 'backoffLimit', 'activeDeadlineSeconds']);
  if (!old) return [...counts, ...validatePodSpec(template?.spec, 'spec.template.spec', restartPolicies.job)];
  return [
    ...counts,
    ...immutable('spec.selector', selector, old['spec']?.selector),
    ...immutable('spec.template', template, old['spec']?.template),
  ];
}

function jobCondition(object: AnyObject, type: string): boolean {
  const conditions: { type: string; status: string }[] = object['status']?.conditions ?? [];
  return conditions.some((condition) => condition.type === type && condition.status === 'True');
}

function jobStatus(object: AnyObject): string {
  if (jobCondition(object, 'Complete')) return 'Complete';
  if (jobCondition(object, 'Failed')) return 'Failed';
  if (object.metadata.deletionTimestamp) return 'Terminating';
  if (jobCondition(object, 'Suspended')) return 'Suspended';
  if (jobCondition(object, 'FailureTarget')) return 'FailureTarget';
  return jobCondition(object, 'SuccessCriteriaMet') ? 'SuccessCriteriaMet' : 'Running';
}

function jobCompletions(object: AnyObject): string {
  const { completions, parallelism = 1 } = object['spec'] ?? {};
  const succeeded = object['status']?.succeeded ?? 0;
  if (completions !== undefined) return `${succeeded}/${completions}`;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function jobDuration(object: AnyObject, nowMs: number): string {
  const { startTime, completionTime } = object['status'] ?? {};
  if (!startTime) return '';
  const end = completionTime ? Date.parse(completionTime) : nowMs;
  return formatDuration((end - Date.parse(startTime)) / 1000);
}
