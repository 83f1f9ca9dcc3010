import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newPipeline } from './new-pipeline.ts';
import { parseStages } from './parse-stages.ts';

const make = (stages: string[], approvals: string[] = []) =>
  newPipeline({ namespace: 'team-a', name: 'fraud', stages: parseStages(stages), approvals });

test('stages keep their order, and approvals their stage', () => {
  assert.deepEqual(make(['dev=fraud-dev', 'prod=fraud-prod'], ['prod']).spec, {
    stages: [
      { name: 'dev', namespace: 'fraud-dev' },
      { name: 'prod', namespace: 'fraud-prod', promotion: { approval: 'Required' } },
    ],
  });
});

const refused: Record<string, [stages: string[], approvals: string[], message: RegExp]> = {
  'no namespace': [['dev'], [], /^--stage dev: expected NAME=NAMESPACE$/],
  'an empty namespace': [['dev='], [], /expected NAME=NAMESPACE/],
  'an empty name': [['=x'], [], /expected NAME=NAMESPACE/],
  'two signs': [['a=b=c'], [], /expected NAME=NAMESPACE/],
  'a stage twice': [['dev=a', 'dev=b'], [], /^two stages have the name dev$/],
  'a namespace twice': [['dev=a', 'prod=a'], [], /^two stages have the namespace a$/],
  'approval of no stage': [['dev=a'], ['prod'], /^--approval prod: there is no such stage$/],
};
for (const [name, [stages, approvals, message]] of Object.entries(refused)) {
  test(`refused: ${name}`, () => assert.throws(() => make(stages, approvals), { code: 'BadUsage', message }));
}
