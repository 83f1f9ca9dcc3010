import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Clock, createClient, silentLog, type Transport } from '@serval/kube/client';
import { followNamespaces } from './follow-namespaces.ts';

/** An API server that knows of namespaces only whether they exist, may be seen, or have services that may be listed. */
function startNamespaces(answers: Map<string, number>): Transport {
  return async ({ path }) => {
    const code = answers.get(path.split('?')[0] ?? '') ?? 404;
    const body = code === 200 ? { metadata: {}, items: [] } : { kind: 'Status', code, reason: reasons[code] };
    return { status: code, headers: {}, body: once(Buffer.from(JSON.stringify(body))) };
  };
}

const reasons: Readonly<Record<number, string>> = { 403: 'Forbidden', 404: 'NotFound', 500: 'InternalError' };
const itself = '/api/v1/namespaces/a';
const listed = '/apis/serving.kserve.io/v1beta1/namespaces/a/inferenceservices';

async function* once(chunk: Uint8Array): AsyncGenerator<Uint8Array> {
  yield chunk;
}

/** Waits end when the test says so. */
function createSteps(): Clock & { step(): Promise<void> } {
  let waiting: (() => void)[] = [];
  return {
    now: () => 0,
    after(_ms, run) {
      waiting.push(run);
      return () => {
        waiting = waiting.filter((one) => one !== run);
      };
    },
    async step() {
      const due = waiting;
      waiting = [];
      for (const run of due) run();
      await new Promise((resolve) => setTimeout(resolve, 10));
    },
  };
}

test('a namespace is told when it comes, and when it goes; rights that go change nothing', async (t) => {
  const stop = new AbortController();
  t.after(() => stop.abort());
  const answers = new Map([[itself, 404]]);
  const clock = createSteps();
  const told: string[] = [];
  const followed = followNamespaces({
    client: createClient({ transport: startNamespaces(answers), fieldManager: 'test' }),
    names: ['a'],
    onPresent: (name) => told.push(`+${name}`),
    onAbsent: (name) => told.push(`-${name}`),
    clock,
    log: silentLog,
    signal: stop.signal,
  });
  await followed.first;
  assert.match(followed.problems()[0]?.problem ?? '', /does not exist; its services are served once it does/);

  answers.set(itself, 403).set(listed, 403);
  await clock.step();
  assert.match(followed.problems()[0]?.problem ?? '', /the operator has no Role there/);
  assert.deepEqual(told, []);

  // Whoever may list services there need not see the namespace.
  answers.set(listed, 200);
  await clock.step();
  assert.deepEqual([told, followed.problems()], [['+a'], []]);

  answers.set(listed, 403);
  await clock.step();
  answers.set(itself, 500);
  await clock.step();
  assert.deepEqual([told, followed.problems()], [['+a'], []]);

  answers.set(itself, 404);
  await clock.step();
  assert.deepEqual(told, ['+a', '-a']);
  answers.set(itself, 200);
  await clock.step();
  assert.deepEqual(told, ['+a', '-a', '+a']);
});
