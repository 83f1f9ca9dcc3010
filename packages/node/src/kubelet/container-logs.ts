import { StatusError } from '@serval/kube/objects';
import { type LogOptions, logExists, readLog } from '../logs/reader.ts';
import { isLive } from '../pod/view.ts';
import type { PodWorker } from '../pod/worker.ts';

/**
 * The log of a container's current or previous run.
 * @throws StatusError as the kubelet words it: unknown container, not started yet, no previous run, wrong options
 */
export async function containerLogs(
  worker: PodWorker,
  name: string,
  query: URLSearchParams,
  signal: AbortSignal | undefined,
): Promise<AsyncIterable<Uint8Array>> {
  const pod = worker.pod().metadata.name ?? '';
  const container = worker.container(name);
  if (!container) throw new StatusError('BadRequest', `container ${name} is not valid for pod ${pod}`);
  const options = parseLogOptions(query, Date.now());
  const view = container.view();
  const previous = query.get('previous') === 'true';
  // A container that waits for its next start is told by its last run, as kubectl expects in a crash loop.
  const run = view.restartCount - (previous ? 1 : 0);
  const path = worker.directory.log(name, run);
  const there = run >= 0 && view.containerID !== undefined && (await logExists(path));
  if (!there && previous) {
    throw new StatusError('BadRequest', `previous terminated container "${name}" in pod "${pod}" not found`);
  }
  if (!there) {
    const reason = view.problem?.reason ?? 'ContainerCreating';
    throw new StatusError('BadRequest', `container "${name}" in pod "${pod}" is waiting to start: ${reason}`);
  }
  const source = !previous && isLive(view) ? container.currentLog() : undefined;
  return readLog(path, options, source?.path === path ? source : undefined, signal ?? new AbortController().signal);
}

/** @throws StatusError `BadRequest` naming the option */
function parseLogOptions(query: URLSearchParams, nowMs: number): LogOptions {
  const tailLines = wholeNumber(query, 'tailLines', 0);
  const limitBytes = wholeNumber(query, 'limitBytes', 1);
  const sinceSeconds = wholeNumber(query, 'sinceSeconds', 1);
  const sinceTime = query.get('sinceTime') || undefined;
  if (sinceTime && sinceSeconds !== undefined) {
    throw new StatusError('BadRequest', 'at most one of sinceTime or sinceSeconds may be specified');
  }
  if (sinceTime && Number.isNaN(Date.parse(sinceTime))) {
    throw new StatusError('BadRequest', `sinceTime "${sinceTime}" is not an RFC 3339 time`);
  }
  const since = sinceTime
    ? Date.parse(sinceTime)
    : sinceSeconds === undefined
      ? undefined
      : nowMs - sinceSeconds * 1000;
  return {
    follow: query.get('follow') === 'true',
    timestamps: query.get('timestamps') === 'true',
    ...(tailLines === undefined ? {} : { tailLines }),
    ...(limitBytes === undefined ? {} : { limitBytes }),
    ...(since === undefined ? {} : { sinceTime: new Date(since).toISOString() }),
  };
}

function wholeNumber(query: URLSearchParams, name: string, least: number): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < least) {
    throw new StatusError('BadRequest', `${name} "${text}" must be a whole number of at least ${least}`);
  }
  return number;
}
