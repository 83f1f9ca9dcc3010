import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContainerState, Job, Pod } from '@serval/kube/objects';
import { readOutcome } from './read-outcome.ts';

function pod(
  initializer: ContainerState | undefined,
  server: ContainerState = { waiting: { reason: 'PodInitializing' } },
): Pod {
  const status = (name: string, state: ContainerState) => ({ name, state, ready: false, restartCount: 0 });
  return {
    metadata: { namespace: 'prod', name: 'p' },
    spec: { containers: [] },
    status: {
      initContainerStatuses: initializer ? [status('storage-initializer', initializer)] : [],
      containerStatuses: [status('kserve-container', server)],
    },
  } as unknown as Pod;
}

function job(type?: string, reason?: string, message?: string): Job {
  const conditions = type ? [{ type, status: 'True', reason, message }] : [];
  return { metadata: { namespace: 'prod', name: 'j' }, spec: {}, status: { conditions } } as unknown as Job;
}

const said = (message: string, exitCode = 4): ContainerState => ({ terminated: { exitCode, message } });
const done = said('', 0);

for (const [title, given, seen, state, text] of [
  ['no Pod yet', job(), undefined, 'waiting', /^Reading: the model is being looked at in namespace prod$/],
  ['still looking', job(), pod({ running: {} }), 'waiting', /^Reading: /],
  ['looked, and the other container ran', job(), pod(done, said('', 0)), 'passed', undefined],
  [
    'however the other container ended',
    job('Failed', 'BackoffLimitExceeded'),
    pod(done, said('', 1)),
    'passed',
    undefined,
  ],
  ['a claim was mounted, without any initializer', job(), pod(undefined, { running: {} }), 'passed', undefined],
  ['the Job succeeded and its Pod is gone', job('Complete'), undefined, 'passed', undefined],
  [
    'the store refused it',
    job('Failed', 'BackoffLimitExceeded'),
    pod(said('serval-storage: AccessDenied: s3://b said no\n')),
    'failed',
    /^Unauthorized: s3:\/\/b said no \(in namespace prod\)$/,
  ],
  ['it is not there', job(), pod(said('serval-storage: ObjectNotFound: nothing', 3)), 'failed', /^NotFound: nothing/],
  ['certificates', job(), pod(said('serval-storage: TlsUntrusted: h', 5)), 'failed', /^TlsUntrusted: h \(in/],
  ['the store is away', job(), pod(said('serval-storage: SourceUnavailable: h', 5)), 'waiting', /^Unreachable: h/],
  [
    'another initializer',
    job(),
    pod(said('Usage: initializer src_uri dest_path', 1)),
    'passed',
    /without fetching it$/,
  ],
  [
    'one of before',
    job(),
    pod(said("serval-storage: InvalidArgument: Unknown option '--check'", 2)),
    'passed',
    /cannot/,
  ],
  [
    'an image or a Secret that is missing',
    job(),
    pod({ waiting: { reason: 'CreateContainerConfigError', message: 'secret "s" not found' } }),
    'waiting',
    /^Reading: .*: CreateContainerConfigError: secret "s" not found$/,
  ],
  ['a Pod that is not seen as failed yet', job('Failed', 'BackoffLimitExceeded'), undefined, 'waiting', /^Reading: /],
  [
    'the deadline',
    job('Failed', 'DeadlineExceeded', 'Job was active longer than specified deadline'),
    undefined,
    'failed',
    /^NotReadable: .*: Job was active longer/,
  ],
] as const) {
  test(`${title}: ${state}`, () => {
    const result = readOutcome(given, seen);
    assert.equal(result.state, state, JSON.stringify(result));
    const told = result.state === 'passed' ? result.note : `${result.reason}: ${result.message}`;
    if (text) assert.match(told ?? '', text);
    else assert.equal(told, undefined);
  });
}
