import { type ContainerStatus, findCondition, type Job, type Pod } from '@serval/kube/objects';
import { storageInitializerContainer } from '../../names.ts';
import { type CheckResult, failed, passed, waiting } from './check.ts';

const lookAgainMs = 5_000;
/** Until the Job is gone, and another one looks. */
const unreachableAgainMs = 60_000;
const maxQuoted = 500;

const ours = /^serval-storage: (\w+): /;
/** What a storage initializer says of its failure, by its code. Others are of the call, the model or the Pod. */
const reasons: Readonly<Record<string, string>> = { AccessDenied: 'Unauthorized', ObjectNotFound: 'NotFound' };
/** May be otherwise in a while. */
const passing: readonly string[] = ['SourceUnavailable', 'DeadlineExceeded', 'Aborted'];

/** What a Job that looked at a model, and its Pod, say of it. */
export function readOutcome({ metadata, status }: Job, pod: Pod | undefined): CheckResult {
  const where = `in namespace ${metadata.namespace}`;
  const initializer = pod?.status?.initContainerStatuses?.find(({ name }) => name === storageInitializerContainer);
  const terminated = initializer?.state?.terminated;
  if (terminated && terminated.exitCode !== 0) return failureOf(terminated.message ?? '', where);
  // With every init container done and every volume mounted; how it ends says nothing of the model.
  if (pod?.status?.containerStatuses?.some(hasRun)) return passed;
  if (findCondition(status?.conditions, 'Complete')?.status === 'True') return passed;
  const over = status?.conditions?.find(({ type, status: is }) => type === 'Failed' && is === 'True');
  // Of a Pod that failed, more is known as soon as it is seen.
  if (over && over.reason !== 'BackoffLimitExceeded') {
    const events = `see the Events of Job ${metadata.namespace}/${metadata.name}`;
    const said = quoted(over.message ?? over.reason);
    return failed('NotReadable', `the model could not be looked at ${where}: ${said}; ${events}`);
  }
  const why = pod && waitingFor(pod);
  return waiting('Reading', `the model is being looked at ${where}${why ? `: ${quoted(why)}` : ''}`, lookAgainMs);
}

function failureOf(message: string, where: string): CheckResult {
  const code = ours.exec(message)?.[1];
  if (code === undefined || code === 'InvalidArgument') {
    // KServe's own initializer, or a ClusterStorageContainer's: it fetches, or nothing.
    return { state: 'passed', note: `the storage initializer ${where} cannot look at a model without fetching it` };
  }
  const said = quoted(message.replace(ours, ''));
  if (passing.includes(code)) return waiting('Unreachable', `${said} (${where})`, unreachableAgainMs);
  return failed(reasons[code] ?? code, `${said} (${where})`);
}

function hasRun({ state }: ContainerStatus): boolean {
  return state?.running !== undefined || state?.terminated !== undefined;
}

/** Why it does not begin: no node, an image or a volume that does not come. */
function waitingFor({ status }: Pod): string | undefined {
  const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  const held = containers
    .map(({ state }) => state?.waiting)
    .find((state) => state && state.reason !== 'PodInitializing');
  if (held) return [held.reason, held.message].filter(Boolean).join(': ');
  const scheduled = findCondition(status?.conditions, 'PodScheduled');
  return scheduled?.status === 'False' ? scheduled.message : undefined;
}

function quoted(text: string | undefined): string {
  return (text ?? '').trim().replaceAll(/\s+/g, ' ').slice(0, maxQuoted);
}
