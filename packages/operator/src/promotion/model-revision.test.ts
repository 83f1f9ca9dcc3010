import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContainerState, Pod } from '@serval/kube/objects';
import { keptPod } from '../inference-service/kept.ts';
import { modelRevisionOf } from './model-revision.ts';

const revision = `sha256:${'0a'.repeat(32)}`;
const told = JSON.stringify({ modelRevision: revision });

function pod(state: ContainerState, name = 'storage-initializer'): Pod {
  const [ready, restartCount, image, imageID] = [true, 0, 'i', ''];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'n' },
    spec: { containers: [] },
    status: { initContainerStatuses: [{ name, ready, restartCount, image, imageID, state }] },
  } as Pod;
}

test('a revision is what a storage initializer told when it succeeded, in the kept form of a Pod as well', () => {
  assert.equal(modelRevisionOf(pod({ terminated: { exitCode: 0, message: `${told}\n` } })), revision);
  assert.equal(modelRevisionOf(keptPod(pod({ terminated: { exitCode: 0, message: told } }))), revision);
});

for (const [title, given] of [
  ['what runs still', pod({ running: {} })],
  ['what failed', pod({ terminated: { exitCode: 3, message: told } })],
  ['what told nothing', pod({ terminated: { exitCode: 0 } })],
  ['other texts', pod({ terminated: { exitCode: 0, message: '{"modelRevision": sha256' } })],
  ['other values', pod({ terminated: { exitCode: 0, message: '{"modelRevision":7}' } })],
  ['what is no digest', pod({ terminated: { exitCode: 0, message: '{"modelRevision":"sha256:../x"}' } })],
  ['other containers', pod({ terminated: { exitCode: 0, message: told } }, 'migrate')],
  ['Pods without a status', { metadata: { name: 'p' }, spec: { containers: [] } } as unknown as Pod],
] as const) {
  test(`no revision is known of ${title}`, () => assert.equal(modelRevisionOf(given), undefined));
}
