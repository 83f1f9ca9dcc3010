import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Container, Pod, PodSpec } from '@serval/kube/objects';
import { type Backoff, durationText, nextBackoff, restartAtMs } from './backoff.ts';
import { type Decision, decide } from './decide.ts';
import { podStatus } from './status.ts';
import type { ContainerView } from './view.ts';

const nowMs = Date.parse('2026-01-01T00:00:00Z');
const at = (seconds: number) => new Date(nowMs + seconds * 1000).toISOString();
const container = (name: string, more: Partial<Container> = {}): Container => ({ name, image: 'i', ...more });
const view = (name: string, more: Partial<ContainerView> = {}): ContainerView => ({
  name,
  phase: 'waiting',
  restartCount: 0,
  started: false,
  ready: false,
  ...more,
});
const running = (name: string, more: Partial<ContainerView> = {}) =>
  view(name, { phase: 'running', started: true, ready: true, containerID: name, ...more });
const exited = (name: string, exitCode: number, secondsAgo = 0, reason?: string) =>
  view(name, {
    phase: 'exited',
    containerID: name,
    terminated: { exitCode, finishedAt: at(-secondsAgo), ...(reason ? { reason } : {}) },
  });

function podWith(spec: Partial<PodSpec>): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'ns', uid: 'u' },
    spec: { containers: [container('main')], ...spec },
  };
}

function outcome(
  spec: Partial<PodSpec>,
  views: ContainerView[],
  {
    backoff,
    terminating = false,
    startedAtMs = nowMs,
  }: { backoff?: Backoff; terminating?: boolean; startedAtMs?: number } = {},
): { decision: Decision; phase: string | undefined; ready: string | undefined } {
  const pod = podWith(spec);
  const input = { pod, views: new Map(views.map((v) => [v.name, v])), nowMs, startedAtMs, terminating };
  const decision = decide({ ...input, backoffs: new Map(backoff ? [['main', backoff]] : []) });
  const status = podStatus({ ...input, decision, hostIP: '127.0.0.1', podIP: '127.1.2.3', sandboxReady: true });
  return { decision, phase: status.phase, ready: status.conditions?.find(({ type }) => type === 'Ready')?.status };
}
const starts = (...args: Parameters<typeof outcome>) => outcome(...args).decision.start;
const stops = (...args: Parameters<typeof outcome>) => outcome(...args).decision.stop.map(({ name }) => name);

test('init containers go one after the other, then the others together', () => {
  const spec = { initContainers: [container('a'), container('b')], containers: [container('main'), container('more')] };
  const mains = [view('main'), view('more')];
  assert.deepEqual(starts(spec, [view('a'), view('b'), ...mains]), ['a']);
  assert.deepEqual(starts(spec, [running('a'), view('b'), ...mains]), []);
  assert.deepEqual(starts(spec, [exited('a', 0), view('b'), ...mains]), ['b']);
  assert.deepEqual(starts(spec, [exited('a', 0), exited('b', 1), ...mains]), ['b']);
  assert.deepEqual(starts(spec, [exited('a', 0), exited('b', 0), ...mains]), ['main', 'more']);
  assert.equal(outcome(spec, [exited('a', 0), view('b'), ...mains]).phase, 'Pending');
  const never = { ...spec, restartPolicy: 'Never' as const };
  assert.equal(outcome(never, [exited('a', 0), exited('b', 1), ...mains]).phase, 'Failed');
});

test('a sidecar holds the others back until it has started, and is ended last', () => {
  const spec = {
    restartPolicy: 'Never' as const,
    initContainers: [container('side', { restartPolicy: 'Always' }), container('a')],
  };
  assert.deepEqual(starts(spec, [view('side'), view('a'), view('main')]), ['side']);
  assert.deepEqual(starts(spec, [running('side', { started: false }), view('a'), view('main')]), []);
  assert.deepEqual(starts(spec, [running('side'), view('a'), view('main')]), ['a']);
  assert.deepEqual(starts(spec, [exited('side', 1), exited('a', 0), running('main')]), ['side']);
  assert.deepEqual(stops(spec, [running('side'), exited('a', 0), exited('main', 0)]), ['side']);
  assert.deepEqual(stops(spec, [running('side'), exited('a', 0), running('main')], { terminating: true }), ['main']);
  assert.deepEqual(stops(spec, [running('side'), exited('a', 0), exited('main', 0)], { terminating: true }), ['side']);
  const { decision, phase } = outcome(spec, [exited('side', 0), exited('a', 0), exited('main', 0)]);
  assert.deepEqual([decision.finished, decision.start, phase], [true, [], 'Succeeded']);
});

test('who has ended is restarted as the policy says', () => {
  for (const [restartPolicy, exitCode, start, phase] of [
    ['Always', 0, ['main'], 'Running'],
    ['Always', 1, ['main'], 'Running'],
    ['OnFailure', 0, [], 'Succeeded'],
    ['OnFailure', 1, ['main'], 'Running'],
    ['Never', 0, [], 'Succeeded'],
    ['Never', 1, [], 'Failed'],
  ] as const) {
    const result = outcome({ restartPolicy }, [exited('main', exitCode)]);
    assert.deepEqual([result.decision.start, result.phase], [start, phase], `${restartPolicy} ${exitCode}`);
  }
});

test('who ended because the node did has not done its work, whatever its exit code', () => {
  const cut = (name: string) => exited(name, 0, 0, 'NodeShutdown');
  assert.deepEqual(starts({ initContainers: [container('a')] }, [cut('a'), view('main')]), ['a']);
  const onFailure = outcome({ restartPolicy: 'OnFailure' }, [cut('main')]);
  assert.deepEqual([onFailure.decision.start, onFailure.phase], [['main'], 'Running']);
  assert.equal(outcome({ restartPolicy: 'Never' }, [cut('main')]).phase, 'Failed');
});

test('restarts back off', () => {
  const backoff = { delayMs: 10_000, updatedAtMs: nowMs - 5_000 };
  const { decision } = outcome({}, [exited('main', 1, 4)], { backoff });
  assert.deepEqual(decision.start, []);
  assert.equal(decision.wakeAtMs, nowMs + 6_000);
  assert.equal(decision.crashLoops.get('main'), 'back-off 10s restarting failed container=main pod=web_ns(u)');
  assert.deepEqual(starts({}, [exited('main', 1, 10)], { backoff }), ['main']);
});

test('the delay doubles to five minutes and is forgotten after ten', () => {
  let backoff: Backoff | undefined;
  const delays = [];
  for (let n = 0; n < 7; n += 1) {
    backoff = nextBackoff(backoff, nowMs, nowMs);
    delays.push(durationText(backoff.delayMs));
  }
  assert.deepEqual(delays, ['10s', '20s', '40s', '1m20s', '2m40s', '5m0s', '5m0s']);
  assert.equal(restartAtMs(backoff, nowMs + 600_001), nowMs + 600_001);
  assert.equal(nextBackoff(backoff, nowMs + 600_001, nowMs).delayMs, 10_000);
  assert.equal(restartAtMs(undefined, nowMs), nowMs);
});

test('a container that a probe has given up is stopped', () => {
  assert.deepEqual(outcome({}, [running('main', { givenUp: 'why' })]).decision.stop, [
    { name: 'main', message: 'why' },
  ]);
});

test('a Pod that ends is unready at once', () => {
  assert.equal(outcome({}, [running('main')]).ready, 'True');
  const { decision, ready, phase } = outcome({}, [running('main')], { terminating: true });
  assert.deepEqual([ready, phase, decision.finished], ['False', 'Running', false]);
  assert.equal(outcome({}, [exited('main', 0)], { terminating: true }).decision.finished, true);
});

test('the deadline of a Pod ends it', () => {
  const spec = { activeDeadlineSeconds: 5 };
  assert.equal(outcome(spec, [running('main')], { startedAtMs: nowMs - 4_000 }).decision.wakeAtMs, nowMs + 1_000);
  const { decision } = outcome(spec, [running('main')], { startedAtMs: nowMs - 5_000 });
  assert.equal(decision.failure?.reason, 'DeadlineExceeded');
  assert.deepEqual(
    decision.stop.map(({ name }) => name),
    ['main'],
  );
});

test('a failed start is tried again later', () => {
  const problem = { reason: 'ImageNotAvailable', message: 'no', retryAtMs: nowMs + 1_000 };
  const { decision, phase } = outcome({}, [view('main', { problem })]);
  assert.deepEqual([decision.start, decision.wakeAtMs, phase], [[], nowMs + 1_000, 'Pending']);
});
