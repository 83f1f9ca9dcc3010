import { type Controller, createController, rfc3339, source } from '@serval/kube/client';
import { isNamespaceTerminating, isStatusError, type Job, jobs, keyOf, type Pod, pods } from '@serval/kube/objects';
import { renderPod } from '../replica-set/render-pod.ts';
import { byController } from '../shared/caches.ts';
import { targetOf } from '../shared/claim.ts';
import type { ControllerContext } from '../shared/context.ts';
import { controllerKeys } from '../shared/controller-keys.ts';
import { messageOf } from '../shared/message-of.ts';
import { createPodWrites } from '../shared/pod-writes.ts';
import { slowStart } from '../shared/slow-start.ts';
import { writeStatus } from '../shared/write-status.ts';
import { countPods, type JobPlan, planJob } from './plan.ts';
import { jobStatus } from './status.ts';

/** Runs Pods to completion. */
export function startJobController({ client, caches, clock, log, recorder }: ControllerContext): Controller {
  const events = recorder('job-controller');
  const writes = createPodWrites(caches.pods, clock);

  async function createPod(job: Job, signal: AbortSignal): Promise<void> {
    const { metadata, spec } = job;
    const labels = {
      ...spec.template.metadata?.labels,
      'batch.kubernetes.io/controller-uid': metadata.uid ?? '',
      'batch.kubernetes.io/job-name': metadata.name ?? '',
      'controller-uid': metadata.uid ?? '',
      'job-name': metadata.name ?? '',
    };
    const template = { ...spec.template, metadata: { ...spec.template.metadata, labels } };
    const pod = await client.create(pods, renderPod(job, template), { signal });
    writes.created(pod);
    events.record(job, 'Normal', 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`);
  }

  async function deletePod(job: Job, pod: Pod, signal: AbortSignal): Promise<void> {
    try {
      await client.delete(pods, targetOf(pod.metadata), { preconditions: { uid: pod.metadata.uid ?? '' }, signal });
    } catch (error) {
      if (!isStatusError(error, 'NotFound', 'Conflict')) throw error;
    }
    writes.deleted(pod);
    events.record(job, 'Normal', 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`);
  }

  async function carryOut(job: Job, plan: JobPlan, signal: AbortSignal): Promise<void> {
    if (plan.kind === 'finished') return;
    const removed = await slowStart(plan.remove, (pod) => deletePod(job, pod, signal));
    if (removed) throw removed.failure;
    if (plan.kind !== 'run') return;
    const created = await slowStart(Array.from({ length: plan.create }), () => createPod(job, signal));
    if (created === undefined || isNamespaceTerminating(created.failure)) return;
    events.record(job, 'Warning', 'FailedCreate', `Error creating: ${messageOf(created.failure)}`);
    throw created.failure;
  }

  function tell(job: Job, plan: JobPlan): void {
    if (plan.kind !== 'end') return;
    if (plan.condition === 'Complete') events.record(job, 'Normal', 'Completed', 'Job completed');
    else events.record(job, 'Warning', plan.reason, plan.message);
  }

  return createController({
    name: 'job',
    log,
    clock,
    sources: [
      source(caches.jobs, ({ object }) => [keyOf(object.metadata)]),
      source(caches.pods, ({ object }) => controllerKeys(object, 'Job')),
    ],
    async reconcile({ namespace, name }, signal) {
      const job = caches.jobs.get(namespace, name);
      if (job === undefined || job.metadata.deletionTimestamp) return;
      const uid = job.metadata.uid ?? '';
      const owned = () => writes.apply(uid, caches.pods.byIndex(byController, uid));
      const before = owned();
      const plan = planJob(job, before, countPods(job, before), clock.now());
      if (plan.kind === 'finished') {
        if (plan.deleteAfterMs === undefined) return;
        if (plan.deleteAfterMs > 0) return { requeueAfterMs: plan.deleteAfterMs };
        await client.delete(
          jobs,
          { namespace, name },
          { propagationPolicy: 'Foreground', preconditions: { uid }, signal },
        );
        return;
      }
      await carryOut(job, plan, signal);
      const status = jobStatus(job, countPods(job, owned()), plan, rfc3339(clock.now()));
      await writeStatus(client, jobs, job, status, signal);
      tell(job, plan);
      return plan.kind === 'run' && plan.requeueAfterMs !== undefined
        ? { requeueAfterMs: plan.requeueAfterMs }
        : undefined;
    },
  });
}
