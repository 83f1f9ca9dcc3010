import assert from 'node:assert/strict';
import { eventually } from '../support/eventually.ts';
import type { Outcome } from '../support/serval.ts';

type Run = (args: string[], input?: string) => Promise<Outcome>;

/** What the example does not do: wait in vain, refuse, decide twice, review. Prod has the first version, and test the second. */
export async function decide(run: Run): Promise<void> {
  const toProd = ['promote', 'iris', '--pipeline', 'flowers/flowers', '--to', 'prod'];
  const asked = await run([...toProd, '--no-wait']);
  assert.equal(asked.code, 3, asked.stderr);
  const waits = await eventually(async () => {
    const follow = await run(['promote', 'follow', asked.stdout.trim(), '-n', 'flowers', '--timeout', '1', '--json']);
    assert.equal(follow.code, 3, follow.stderr);
    return follow;
  });
  const { name, outcome, digest } = JSON.parse(waits.stdout);
  assert.equal(outcome, 'WaitingForApproval');
  assert.match(waits.stderr, new RegExp(`approve it with: serval promote approve ${name} -n flowers`));
  const named = [name, '-n', 'flowers'];
  const unsure = await run(['promote', 'approve', ...named, '--json'], 'no\n');
  assert.equal(unsure.code, 1);
  assert.equal(unsure.stdout, '');
  assert.match(unsure.stderr, new RegExp(`digest {2}${digest}`));
  assert.match(unsure.stderr, /approve this\? \[y\/N\]\nnothing was decided/);
  const rejected = await run(['promote', 'reject', ...named, '--comment', 'not today', '--wait'], 'y\n');
  assert.equal(rejected.code, 1, rejected.stderr);
  assert.match(rejected.stderr, /was rejected: Rejected: by serval:admin: not today/);
  const late = await run(['promote', 'approve', ...named, '--yes']);
  assert.equal(late.code, 2);
  assert.match(late.stderr, /was rejected already by serval:admin\n {2}hint: a decision is made once/);

  const review = await run(['promote', 'iris', '--pipeline', 'flowers/flowers', '--to', 'review', '--from', 'test']);
  assert.equal(review.code, 0, review.stderr);
  const { stdout } = await run(['pipeline', 'get', 'flowers', '-n', 'flowers']);
  assert.match(stdout, /^flowers-review-[0-9a-f]{10} +iris +iris-review-\w+ +\S+Z +ok$/m);
  const history = await run(['pipeline', 'history', 'flowers', '-n', 'flowers', '--stage', 'prod', '--json']);
  const outcomes = JSON.parse(history.stdout).map((each: { outcome: string }) => each.outcome);
  assert.deepEqual(outcomes, ['Rejected', 'Healthy', 'RolledBack', 'Healthy', 'Healthy']);
  const nothing = await run([...toProd.slice(0, -1), 'test', '--rollback', '--digest', digest]);
  assert.equal(nothing.code, 2, nothing.stderr);
}
