import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pipeline, Promotion, PromotionStatus } from '@serval/api';
import { newPromotion, type Wish } from './new-promotion.ts';
import { outcomeOf, whyOf } from './outcome.ts';
import { createProgressLines } from './progress-lines.ts';
import { decisionLines, historyOf, historyRow, promotionJson } from './rows.ts';

/** `Checked=True/ChecksPassed Approved=Unknown/Pending …`. */
function conditions(text: string): PromotionStatus['conditions'] {
  return text.split(' ').map((part) => {
    const [type = '', status = '', reason = ''] = part.split(/[=/]/);
    return { type, status: status as 'True', reason, lastTransitionTime: '2026-01-01T00:00:00Z', message: '' };
  });
}

function promotion(name: string, status: PromotionStatus = {}, spec: Partial<Promotion['spec']> = {}): Promotion {
  return {
    apiVersion: 'platform.serval.dev/v1alpha1',
    kind: 'Promotion',
    metadata: { namespace: 'team-a', name, generation: 2 },
    spec: { pipeline: 'fraud', service: 'scorer', from: 'test', to: 'prod', ...spec },
    status,
  };
}

const ended = { completedAt: '2026-01-01T00:00:00Z' };
const outcomes: Record<string, [PromotionStatus, string]> = {
  'nothing observed': [{}, 'InProgress'],
  'an older specification observed': [
    { observedGeneration: 1, ...ended, conditions: conditions('Healthy=True/Healthy') },
    'InProgress',
  ],
  'behind another one': [{ conditions: conditions('Checked=Unknown/Waiting') }, 'Queued'],
  'checked, and waiting for a person': [
    { conditions: conditions('Checked=True/ChecksPassed Approved=Unknown/ApprovalRequired') },
    'WaitingForApproval',
  ],
  'a canary under way': [
    { conditions: conditions('Checked=True/ChecksPassed Approved=True/Approved Applied=Unknown/Canary') },
    'InProgress',
  ],
  healthy: [{ ...ended, observedGeneration: 2, conditions: conditions('Healthy=True/Healthy') }, 'Healthy'],
  'healthy, but not ended': [{ conditions: conditions('Healthy=True/Healthy') }, 'InProgress'],
  'rolled back': [
    { ...ended, rolledBack: true, conditions: conditions('Applied=False/RolledBack Healthy=False/ContentDiffers') },
    'RolledBack',
  ],
  'not rolled back though it failed': [
    { ...ended, rolledBack: false, conditions: conditions('Applied=False/RollbackRefused Healthy=False/X') },
    'Failed',
  ],
  rejected: [{ ...ended, conditions: conditions('Checked=True/ChecksPassed Approved=False/Rejected') }, 'Rejected'],
  'a check that failed': [{ ...ended, conditions: conditions('Checked=False/PredictionDiffers') }, 'Failed'],
};
for (const [name, [status, expected]] of Object.entries(outcomes)) {
  test(`outcome: ${name}`, () => assert.equal(outcomeOf(promotion('a', status)), expected));
}

test('why: what failed goes before what was done about it', () => {
  const rolledBack = conditions('Checked=True/ChecksPassed Applied=False/RolledBack Healthy=False/ContentDiffers');
  assert.equal(whyOf(promotion('a', { conditions: rolledBack })), 'ContentDiffers');
  assert.equal(whyOf(promotion('a', { conditions: conditions('Applied=False/ApplyRefused') })), 'ApplyRefused');
  assert.equal(
    whyOf(promotion('a', { conditions: conditions('Checked=True/ChecksPassed Approved=Unknown/ApprovalRequired') })),
    'ApprovalRequired',
  );
  assert.equal(whyOf(promotion('a')), '');
});

test('progress: each state of a condition once, and none that has not begun', () => {
  const lines = createProgressLines();
  const at = (text: string) => lines(promotion('a', { conditions: conditions(text) }));
  assert.deepEqual(at('Checked=Unknown/Checking Approved=Unknown/Pending'), ['Checked   Unknown  Checking']);
  assert.deepEqual(at('Checked=Unknown/Checking Approved=Unknown/Pending'), []);
  assert.deepEqual(at('Checked=True/ChecksPassed Approved=True/NotRequired'), [
    'Checked   True     ChecksPassed',
    'Approved  True     NotRequired',
  ]);
});

const pipeline: Pipeline = {
  apiVersion: 'platform.serval.dev/v1alpha1',
  kind: 'Pipeline',
  metadata: { namespace: 'team-a', name: 'fraud' },
  spec: {
    stages: [
      { name: 'dev', namespace: 'd' },
      { name: 'test', namespace: 't' },
      { name: 'canary', namespace: 'c', promotion: { from: ['dev', 'test'] } },
      { name: 'prod', namespace: 'p' },
    ],
  },
};
const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const healthy = (name: string, own: string, previous: string | undefined, at: string, spec = {}) =>
  promotion(
    name,
    {
      completedAt: `2026-01-0${at}T00:00:00Z`,
      digest: digest(own),
      ...(previous ? { previous: { digest: digest(previous) } } : {}),
      conditions: conditions('Healthy=True/Healthy'),
    },
    spec,
  );
const history = [
  healthy('first', 'a', undefined, '1'),
  healthy('second', 'b', 'a', '2'),
  promotion('failed', { completedAt: '2026-01-03T00:00:00Z', rolledBack: true, previous: { digest: digest('c') } }),
  healthy('other-service', 'd', 'e', '4', { service: 'other' }),
  healthy('other-stage', 'd', 'f', '5', { to: 'test' }),
  healthy('other-pipeline', 'd', 'f', '6', { pipeline: 'x' }),
];
const wish = (given: Partial<Wish>): Wish => ({
  service: 'scorer',
  to: 'prod',
  from: undefined,
  digest: undefined,
  rollback: false,
  ...given,
});

test('wishes: the stage before, a stage that is named, a digest, or what was there before', () => {
  const made = (given: Partial<Wish>, known = history) => newPromotion(pipeline, known, wish(given)).spec;
  assert.deepEqual(made({}), { pipeline: 'fraud', service: 'scorer', to: 'prod', from: 'canary' });
  assert.equal(made({ to: 'canary', from: 'dev' }).from, 'dev');
  assert.deepEqual(made({ digest: digest('a') }), {
    pipeline: 'fraud',
    service: 'scorer',
    to: 'prod',
    digest: digest('a'),
  });
  assert.equal(made({ rollback: true }).digest, digest('a'));
});

const refused: Record<string, [Partial<Wish>, RegExp]> = {
  'a stage that there is not': [{ to: 'moon' }, /^pipeline team-a\/fraud has no stage moon$/],
  'a source that there is not': [{ from: 'moon' }, /^pipeline team-a\/fraud has no stage moon$/],
  'a review without review environments': [{ to: 'review' }, /has no stage review/],
  'the first stage': [{ to: 'dev' }, /^stage dev of pipeline team-a\/fraud is the first/],
  'several to come from': [{ to: 'canary' }, /^say with --from where it comes from$/],
  'two that say what is promoted': [{ from: 'test', rollback: true }, /give one of them$/],
  'nothing to go back to': [{ service: 'new', rollback: true }, /^there is nothing to take new in stage prod back to$/],
};
for (const [name, [given, message]] of Object.entries(refused)) {
  test(`wishes refused: ${name}`, () =>
    assert.throws(() => newPromotion(pipeline, history, wish(given)), { code: 'BadUsage', message }));
}

test('history: of the pipeline alone, the latest first, filtered', () => {
  const names = (service?: string, stage?: string) =>
    historyOf(pipeline, history, { service, stage }).map(({ metadata }) => metadata.name);
  assert.deepEqual(names(), ['other-stage', 'other-service', 'failed', 'second', 'first']);
  assert.deepEqual(names('scorer', 'prod'), ['failed', 'second', 'first']);
  assert.equal(historyRow(history[1] as Promotion).digest, 'bbbbbbbbbbbb');
});

test('what is kept of services is not told, and no password in an address', () => {
  const kept = promotion('a', {
    service: { spec: { predictor: { containers: [{ name: 'x', env: [{ name: 'A', value: 'SENTINEL' }] }] } } },
    content: { storageUri: 'https://user:SENTINEL@host/model?sig=SENTINEL' },
  } as PromotionStatus);
  const told = [decisionLines(kept).join('\n'), JSON.stringify(promotionJson(kept))];
  assert.doesNotMatch(told.join('\n'), /SENTINEL/);
  assert.match(told[0] ?? '', /https:\/\/host\/model\?…/);
});
