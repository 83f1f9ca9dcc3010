import { type Counts, sum, writesOf } from './audit.ts';
import type { Measured } from './measure.ts';

/** Of the operator, resident, at 5,000 services or fewer. */
export const memoryLimit = { services: 5_000, mebibytes: 250 };
const statusWritesEach = 2;

/** Writes of the operator in a part of the run, by what they are for. */
export interface Writes {
  /** Of the services' children. */
  readonly children: number;
  readonly statuses: number;
  /** What a person sees of a service: one when it becomes ready. */
  readonly events: number;
  /** By which one of several replicas leads: one every two seconds, whatever there is to do. */
  readonly leases: number;
  readonly others: number;
}

const childResources = ['deployments', 'services', 'horizontalpodautoscalers', 'httproutes', 'grpcroutes', 'ingresses'];

export function sortWrites(requests: Counts): Writes {
  const writes = writesOf(requests);
  const of = (is: (resource: string) => boolean) =>
    sum(Object.fromEntries(Object.entries(writes).filter(([key]) => is(key.split(' ')[1] ?? ''))));
  const known = {
    children: of((resource) => childResources.includes(resource)),
    statuses: of((resource) => resource === 'inferenceservices/status'),
    events: of((resource) => resource === 'events'),
    leases: of((resource) => resource === 'leases'),
  };
  return { ...known, others: sum(writes) - Object.values(known).reduce((total, value) => total + value, 0) };
}

/** Every limit that a run broke, in words. Counts and memory have limits, times have none. */
export function brokenLimits(run: Measured): string[] {
  const { services, children, complete, ready, created, life, rest, restAgain, restart } = run;
  const broken: string[] = [];
  const limit = (what: string, value: number, most: number) => {
    if (value > most) broken.push(`${what}: ${value}, at most ${most}`);
  };
  if (services === 0 || children < 4 * services) broken.push(`${children} children of ${services} services: too few`);
  if (complete !== services) broken.push(`${complete} of ${services} services have all children and a status`);
  if (ready !== services) broken.push(`${ready} of ${services} services became ready`);
  const [making, living] = [sortWrites(created.requests), sortWrites(life.requests)];
  if (making.children < children)
    broken.push(`${making.children} writes were counted of ${children} children: too few`);
  limit('writes of children', making.children + living.children, children);
  limit('writes of statuses', making.statuses + living.statuses, statusWritesEach * services);
  limit('Events', making.events + living.events, services);
  limit('other writes', making.others + living.others, 0);
  for (const [what, part] of [
    ['at rest', rest],
    ['at rest when ready', restAgain],
    ['of an operator that starts anew', restart],
  ] as const) {
    const { leases, ...writes } = sortWrites(part.requests);
    limit(
      `writes ${what}`,
      Object.values(writes).reduce((total, value) => total + value, 0),
      0,
    );
  }
  limit('objects changed by an operator that starts anew', restart.changedObjects, 0);
  if (services <= memoryLimit.services) {
    const most = Math.max(...Object.values(run.memory).map(({ peak }) => peak));
    limit('MiB of memory', Math.ceil(most), memoryLimit.mebibytes);
  }
  return broken;
}
