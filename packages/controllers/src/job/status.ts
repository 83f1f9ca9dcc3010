import { type Condition, type Job, setCondition } from '@serval/kube/objects';
import { isSuspended, type JobCounts, type JobPlan } from './plan.ts';

type Status = NonNullable<Job['status']>;

/** The status after a plan was carried out, with upstream's reasons and messages. */
export function jobStatus(job: Job, counts: JobCounts, plan: JobPlan, now: string): Status {
  const { status = {} } = job;
  let conditions = status.conditions ?? [];
  const set = (type: string, value: 'True' | 'False', reason: string, message: string): void => {
    conditions = setCondition<Condition>(conditions, { type, status: value, reason, message }, now);
  };
  const suspended = isSuspended(job);
  if (plan.kind === 'suspend' && !suspended) set('Suspended', 'True', 'JobSuspended', 'Job suspended');
  if (plan.kind === 'run' && suspended) set('Suspended', 'False', 'JobResumed', 'Job resumed');
  if (plan.kind === 'end') {
    set(plan.condition === 'Complete' ? 'SuccessCriteriaMet' : 'FailureTarget', 'True', plan.reason, plan.message);
    set(plan.condition, 'True', plan.reason, plan.message);
  }
  const { startTime: before, completionTime } = status;
  const startTime = plan.kind === 'suspend' ? undefined : suspended && plan.kind === 'run' ? now : (before ?? now);
  const finishedAt = plan.kind === 'end' && plan.condition === 'Complete' ? now : completionTime;
  const active = plan.kind === 'end' || plan.kind === 'suspend' ? 0 : counts.active;
  return {
    ...(startTime === undefined ? {} : { startTime }),
    ...(finishedAt === undefined ? {} : { completionTime: finishedAt }),
    ...(active > 0 ? { active } : {}),
    ...(active > 0 ? { ready: counts.ready } : { ready: 0 }),
    ...(counts.succeeded > 0 ? { succeeded: counts.succeeded } : {}),
    ...(counts.failed > 0 ? { failed: counts.failed } : {}),
    ...(conditions.length > 0 ? { conditions } : {}),
  };
}
