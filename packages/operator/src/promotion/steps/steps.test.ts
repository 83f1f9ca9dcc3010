import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InferenceService, Promotion, PromotionApproval, PromotionStatus } from '@serval/api';
import { rfc3339 } from '@serval/kube/client';
import { promotionUidAnnotation } from '../annotations.ts';
import { type CheckResult, failed, passed, waiting } from '../checks/check.ts';
import { type Step, statusAfter } from '../conditions.ts';
import type { Observed } from '../observe.ts';
import { promotionDigest } from '../resolve/digest.ts';
import type { Workload } from '../workload.ts';
import { nextStep, type StepDeps } from './next-step.ts';

const t0 = Date.parse('2030-01-01T00:00:00Z');
const at = (seconds: number) => t0 + seconds * 1000;
const kept = { spec: { predictor: { model: { modelFormat: { name: 'xgboost' } } } } };
const content = { images: [], modelRevision: `sha256:${'1'.repeat(64)}` };
const digest = promotionDigest(kept, content);
const held = { state: 'held' } as const;
const steps = [
  { trafficPercent: 10, holdSeconds: 30 },
  { trafficPercent: 50, holdSeconds: 30 },
];
const approvedBy = { username: 'ann', at: '2030-01-01T00:00:00Z' };

/** A service that serves what is written, and nothing else; `more` is laid over its status. */
function workload(more: object = {}, metadata: object = {}): Workload {
  const service = {
    metadata: { namespace: 'prod', name: 'scorer', generation: 2, ...metadata },
    spec: kept.spec,
    status: {
      observedGeneration: 2,
      conditions: [
        { type: 'Ready', status: 'True' },
        { type: 'CanaryPredictorReady', status: 'True' },
      ],
      modelStatus: { transitionStatus: 'UpToDate' },
      ...more,
    },
  } as unknown as InferenceService;
  return { service, deployments: [], pods: [] };
}

const own = { annotations: { [promotionUidAnnotation]: 'me' } };
const trying = (more: object = {}) => ({
  canaryStatuses: [
    { name: 'canary', ready: true, trafficPercent: 10, modelStatus: { transitionStatus: 'UpToDate' }, ...more },
  ],
});
const failedLoad = { transitionStatus: 'BlockedByFailedLoad', lastFailureInfo: { reason: 'ModelLoadFailed' } };

interface Given {
  readonly status?: PromotionStatus;
  readonly approval?: PromotionApproval;
  readonly stage?: object;
  readonly target?: Workload;
  readonly over?: Partial<Observed>;
  readonly metadata?: object;
  readonly answer?: CheckResult;
  readonly recordsApprovers?: boolean;
}

function observed({ status = {}, approval, stage = {}, target, over = {}, metadata = {} }: Given): Observed {
  const promotion: Promotion = {
    apiVersion: 'platform.serval.dev/v1alpha1',
    kind: 'Promotion',
    metadata: { namespace: 'team', name: 'me', uid: 'me', generation: 1, ...metadata },
    spec: { pipeline: 'fraud', service: 'scorer', from: 'test', to: 'prod', ...(approval ? { approval } : {}) },
    status,
  };
  const from = { stage: { name: 'test', namespace: 'test' }, claim: held, workload: workload() };
  const to = { stage: { name: 'prod', namespace: 'prod', ...stage }, claim: held, workload: target };
  const pipeline = {
    apiVersion: promotion.apiVersion,
    kind: 'Pipeline',
    metadata: { namespace: 'team', name: 'fraud' },
    spec: { stages: [from.stage, to.stage] },
  };
  const unknown = { base: undefined, former: undefined, ahead: undefined, earlier: undefined };
  return { promotion, pipeline, from, to, target, ...unknown, ...over };
}

const conditions = (results: Record<string, [status: 'True' | 'False' | 'Unknown', reason: string]>) =>
  Object.entries(results).map(([type, [status, reason]]) => ({
    type,
    status,
    reason,
    lastTransitionTime: rfc3339(t0),
  }));
const checked = { startedAt: rfc3339(t0), service: kept, content, digest };
const atApproval = { ...checked, conditions: conditions({ Checked: ['True', 'ChecksPassed'] }) };
const approved = conditions({ Checked: ['True', 'ChecksPassed'], Approved: ['True', 'NotRequired'] });
const written = { namespace: 'prod', generation: 2 };
const atAll = {
  ...checked,
  applied: written,
  previous: { generation: 1, service: kept },
  conditions: [...approved, ...conditions({ Applied: ['True', 'Applied'] })],
};
const atCanary = {
  ...atAll,
  canary: { step: 0, trafficPercent: 10, since: rfc3339(t0) },
  conditions: [...approved, ...conditions({ Applied: ['Unknown', 'Canary'] })],
};
const required = { promotion: { approval: 'Required' } };
const canaryStage = { canary: { steps } };
const decided = (more: object) => ({ decision: 'Approved', digest, approvedBy, ...more }) as PromotionApproval;

/** What the conditions say that have something to say, and whether it has ended. */
const cases: readonly [title: string, given: Given, seconds: number, expected: string][] = [
  [
    'it waits for its turn',
    { over: { ahead: { metadata: { name: 'first' } } as Promotion } },
    0,
    'Checked Unknown Waiting',
  ],
  [
    'also when both have begun at once',
    { status: { ...checked, conditions: approved }, over: { ahead: { metadata: { name: 'first' } } as Promotion } },
    0,
    'Checked Unknown Waiting',
  ],
  ['without its pipeline, it waits a moment', { over: { pipeline: undefined } }, 0, 'Checked False PipelineNotFound'],
  [
    'and ends then',
    { over: { pipeline: undefined }, status: { startedAt: rfc3339(t0) } },
    10,
    'Checked False PipelineNotFound, ended',
  ],
  ['without its stage', { over: { to: undefined } }, 0, 'Checked False StageNotFound'],
  [
    'from a stage that it may not come from',
    { stage: { promotion: { from: ['dev'] } } },
    0,
    'Checked False SourceNotPermitted',
  ],
  [
    'into a stage without its namespace',
    {
      over: {
        to: {
          stage: { name: 'prod', namespace: 'prod' },
          claim: { state: 'refused', reason: 'NamespaceConflict', message: '' },
          workload: undefined,
        },
      },
    },
    0,
    'Checked False NamespaceConflict',
  ],
  [
    'a source that is not Ready is waited for',
    {
      over: {
        from: { stage: { name: 'test', namespace: 'test' }, claim: held, workload: workload({ conditions: [] }) },
      },
    },
    0,
    'Checked Unknown SourceNotReady',
  ],
  [
    'until the deadline',
    {
      status: { startedAt: rfc3339(t0) },
      stage: { promotion: { progressDeadlineSeconds: 60 } },
      over: {
        from: { stage: { name: 'test', namespace: 'test' }, claim: held, workload: workload({ conditions: [] }) },
      },
    },
    60,
    'Checked False SourceNotReady, ended',
  ],
  ['what runs is kept', {}, 0, 'Checked Unknown Checking'],
  [
    'without an approval that is required, it waits',
    { status: atApproval, stage: required },
    0,
    'Approved Unknown ApprovalRequired',
  ],
  ['without one that is not, it does not', { status: atApproval }, 0, 'Approved True NotRequired'],
  ['an approval', { status: atApproval, stage: required, approval: decided({}) }, 0, 'Approved True Approved'],
  [
    'of something else',
    { status: atApproval, stage: required, approval: decided({ digest: 'sha256:0' }) },
    0,
    'Approved False DigestDiffers, ended',
  ],
  [
    'of nobody',
    { status: atApproval, stage: required, approval: decided({ approvedBy: undefined }) },
    0,
    'Approved False ApproverUnknown, ended',
  ],
  [
    'where no webhook records approvers',
    { status: atApproval, stage: required, approval: decided({}), recordsApprovers: false },
    0,
    'Approved False ApproverUnknown, ended',
  ],
  [
    'a rejection',
    { status: atApproval, approval: decided({ decision: 'Rejected' }) },
    0,
    'Approved False Rejected, ended',
  ],
  [
    'a rejection while it waits for its turn',
    { approval: decided({ decision: 'Rejected' }) },
    0,
    'Approved False Rejected, ended',
  ],
  [
    'into an empty stage all at once',
    { status: { ...checked, conditions: approved }, stage: canaryStage },
    0,
    'Applied Unknown Applying',
  ],
  [
    'beside another as a canary',
    { status: { ...checked, conditions: approved }, stage: canaryStage, target: workload() },
    0,
    'Applied Unknown Canary',
  ],
  [
    'beside one in Knative mode all at once',
    {
      status: { ...checked, conditions: approved },
      stage: canaryStage,
      target: workload({ deploymentMode: 'Knative' }),
    },
    0,
    'Applied Unknown Applying',
  ],
  [
    'a canary that is well is held',
    { status: atCanary, stage: canaryStage, target: workload(trying(), own) },
    5,
    'Healthy Unknown CanaryHealthy',
  ],
  [
    'and gets more then',
    {
      status: { ...atCanary, canary: { ...atCanary.canary, healthySince: rfc3339(t0) } },
      stage: canaryStage,
      target: workload(trying(), own),
    },
    31,
    'Applied Unknown Canary 50%',
  ],
  [
    'and all in the end',
    {
      status: { ...atCanary, canary: { step: 1, trafficPercent: 50, healthySince: rfc3339(t0) } },
      stage: canaryStage,
      target: workload(trying({ trafficPercent: 50 }), own),
    },
    31,
    'Applied Unknown Applying',
  ],
  [
    'a canary on its way',
    { status: atCanary, stage: canaryStage, target: workload(trying({ ready: false }), own) },
    5,
    'Healthy Unknown CanaryNotReady',
  ],
  [
    'one that is not well any more begins its step anew',
    {
      status: { ...atCanary, canary: { ...atCanary.canary, healthySince: rfc3339(t0) } },
      stage: canaryStage,
      target: workload(trying({ ready: false }), own),
    },
    700,
    'Healthy Unknown CanaryNotReady',
  ],
  [
    'one that is never well is taken back',
    { status: atCanary, stage: canaryStage, target: workload(trying({ ready: false }), own) },
    600,
    'Applied False RollingBack, Healthy False ProgressDeadlineExceeded',
  ],
  [
    'one whose model cannot be loaded, at once',
    { status: atCanary, stage: canaryStage, target: workload(trying({ modelStatus: failedLoad }), own) },
    5,
    'Applied False RollingBack, Healthy False BlockedByFailedLoad',
  ],
  [
    'one that answers wrong, at once',
    { status: atCanary, stage: canaryStage, target: workload(trying(), own), answer: failed('PredictionDiffers', '') },
    5,
    'Applied False RollingBack, Healthy False PredictionDiffers',
  ],
  [
    'one that cannot be asked is waited for',
    { status: atCanary, stage: canaryStage, target: workload(trying(), own), answer: waiting('NoEndpoints', '', 1) },
    5,
    'Healthy Unknown NoEndpoints',
  ],
  [
    'where nothing differs, there is no canary',
    { status: atCanary, stage: canaryStage, target: workload({}, own) },
    5,
    'Applied Unknown Applying',
  ],
  ['all that is well', { status: atAll, target: workload({}, own) }, 5, 'Healthy True Healthy, ended'],
  [
    'what was not seen yet',
    { status: atAll, target: workload({}, { ...own, generation: 1 }) },
    5,
    'Healthy Unknown NotObserved',
  ],
  [
    'what cannot be loaded is taken back',
    { status: atAll, target: workload({ modelStatus: failedLoad }, own) },
    5,
    'Applied False RollingBack, Healthy False BlockedByFailedLoad',
  ],
  [
    'what somebody else changes is left to them',
    { status: atAll, target: workload({}, { ...own, generation: 3 }) },
    5,
    'Healthy False ChangedMeanwhile, ended',
  ],
  [
    'without its stage, it is taken back',
    { status: atAll, over: { to: undefined } },
    5,
    'Applied False RollingBack, Healthy False StageNotFound',
  ],
  [
    'deleted on its way, it is taken back',
    {
      status: atCanary,
      stage: canaryStage,
      target: workload(trying(), own),
      metadata: { deletionTimestamp: rfc3339(t0) },
    },
    5,
    'Applied False RollingBack, Healthy False Deleted',
  ],
  [
    'what it had before serves again',
    { status: { ...atAll, conditions: [...approved, ...conditions({ Healthy: ['False', 'X'] })] }, target: workload() },
    5,
    'Applied False RolledBack, ended',
  ],
  [
    'what it had before is on its way',
    {
      status: { ...atAll, conditions: [...approved, ...conditions({ Healthy: ['False', 'X'] })] },
      target: workload({ observedGeneration: 1 }),
    },
    5,
    '',
  ],
  [
    'what it had before does not come',
    {
      status: { ...atAll, conditions: [...approved, ...conditions({ Healthy: ['False', 'X'] })] },
      target: workload({ observedGeneration: 1 }),
    },
    600,
    'Applied False RolledBack, ended',
  ],
  [
    'it had nothing before, and has nothing',
    { status: { ...atAll, previous: {}, conditions: [...approved, ...conditions({ Healthy: ['False', 'X'] })] } },
    5,
    'Applied False RolledBack, ended',
  ],
];

for (const [title, given, seconds, expected] of cases) {
  test(`step: ${title}`, async (t) => {
    const { answer = passed, recordsApprovers = true } = given;
    const deps: StepDeps = {
      askChecks: async () => answer,
      askTarget: async () => answer,
      recordsApprovers,
      writer: {
        write: () => assert.fail('nothing is to be written'),
        remove: () => assert.fail('nothing is to be deleted'),
      },
    };
    const step = await nextStep(observed(given), deps, at(seconds), t.signal);
    assert.equal(shown(step), expected);
  });
}

test('the status has all conditions in their order, and those that do not change keep their time', () => {
  const { promotion } = observed({ status: { conditions: conditions({ Checked: ['Unknown', 'Waiting'] }) } });
  const step: Step = {
    conditions: { Checked: { status: 'Unknown', reason: 'Checking' } },
    fields: { digest: undefined },
  };
  const status = statusAfter(promotion, step, rfc3339(at(60)));
  assert.deepEqual(
    status.conditions?.map(({ type, status: is, reason, lastTransitionTime }) => [
      type,
      is,
      reason,
      lastTransitionTime,
    ]),
    [
      ['Checked', 'Unknown', 'Checking', rfc3339(t0)],
      ['Approved', 'Unknown', 'Pending', rfc3339(at(60))],
      ['Applied', 'Unknown', 'Pending', rfc3339(at(60))],
      ['Healthy', 'Unknown', 'Pending', rfc3339(at(60))],
    ],
  );
  assert.ok(!('digest' in status));
});

function shown({ conditions: told = {}, fields = {} }: Step): string {
  const percent = fields.canary?.trafficPercent;
  const parts = Object.entries(told).map(([type, { status, reason }]) => `${type} ${status} ${reason}`);
  const share = told.Applied?.reason === 'Canary' && percent !== 10 ? ` ${percent}%` : '';
  return `${parts.join(', ')}${share}${fields.completedAt ? ', ended' : ''}`;
}
