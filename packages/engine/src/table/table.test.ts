import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatDuration } from './age.ts';
import { podRestarts, podStatusText, readyContainers } from './pod-status.ts';

const durations: [number, string][] = [
  [0, '0s'],
  [119, '119s'],
  [120, '2m'],
  [303, '5m3s'],
  [3600, '60m'],
  [10_800, '3h'],
  [14_460, '4h1m'],
  [172_800, '2d'],
  [176_400, '2d1h'],
  [864_000, '10d'],
  [70_000_000, '2y80d'],
];
for (const [seconds, text] of durations) {
  test(`${seconds} s is shown as ${text}`, () => assert.equal(formatDuration(seconds), text));
}

function pod(status: object, spec: object = {}, metadata: object = {}) {
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [{ name: 'c' }], ...spec }, status };
}
const init = { initContainers: [{ name: 'i' }] };
const statuses: [string, ReturnType<typeof pod>, string, string][] = [
  ['not yet seen', pod({ phase: 'Pending' }), 'Pending', '0/1'],
  [
    'image missing',
    pod({
      phase: 'Pending',
      containerStatuses: [
        { name: 'c', ready: false, restartCount: 0, state: { waiting: { reason: 'ImageNotAvailable' } } },
      ],
    }),
    'ImageNotAvailable',
    '0/1',
  ],
  [
    'init running',
    pod(
      {
        phase: 'Pending',
        initContainerStatuses: [{ name: 'i', ready: false, restartCount: 0, state: { running: {} } }],
      },
      init,
    ),
    'Init:0/1',
    '0/1',
  ],
  [
    'init failed',
    pod(
      {
        phase: 'Pending',
        initContainerStatuses: [{ name: 'i', ready: false, restartCount: 2, state: { terminated: { exitCode: 3 } } }],
      },
      init,
    ),
    'Init:ExitCode:3',
    '0/1',
  ],
  [
    'running',
    pod({
      phase: 'Running',
      conditions: [{ type: 'Initialized', status: 'True' }],
      containerStatuses: [{ name: 'c', ready: true, restartCount: 0, state: { running: {} } }],
    }),
    'Running',
    '1/1',
  ],
  ['ending', pod({ phase: 'Running' }, {}, { deletionTimestamp: '2026-01-01T00:00:00Z' }), 'Terminating', '0/1'],
];
for (const [name, object, text, ready] of statuses) {
  test(`the status of a Pod: ${name}`, () => {
    assert.equal(podStatusText(object), text);
    assert.equal(readyContainers(object), ready);
  });
}

test('restarts tell when the last one was', () => {
  const state = { terminated: { exitCode: 1, finishedAt: '2026-01-01T00:00:00Z' } };
  const object = pod({ containerStatuses: [{ name: 'c', ready: false, restartCount: 3, lastState: state }] });
  assert.equal(podRestarts(object, Date.parse('2026-01-01T00:05:00Z')), '3 (5m ago)');
});
