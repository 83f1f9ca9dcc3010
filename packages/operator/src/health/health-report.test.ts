import assert from 'node:assert/strict';
import { test } from 'node:test';
import { healthConfigMap, readHealthConfigMap, type WebhookHealth, webhookHealthData } from './health-report.ts';

test('who looks anew at what is as it was tells the same as was told', () => {
  const failure = { reason: 'nobody answers', wayOut: 'start it' } as NonNullable<WebhookHealth['failure']>;
  const told = [
    { name: 'well', since: '2026-01-01T00:00:00Z' },
    { name: 'ill', since: '2026-01-02T00:00:00Z', failure },
    { name: 'recovered', since: '2026-01-03T00:00:00Z', failure },
  ];
  const since = '2026-02-01T00:00:00Z';
  const seen = [
    { name: 'well', since },
    { name: 'ill', since, failure },
    { name: 'recovered', since },
    { name: 'new', since },
  ];
  const data = webhookHealthData(seen, webhookHealthData(told));
  assert.deepEqual(
    readHealthConfigMap(healthConfigMap('platform', data)).map((check) => check.since.slice(0, 10)),
    ['2026-01-01', '2026-01-02', '2026-02-01', '2026-02-01'],
  );
  assert.deepEqual(readHealthConfigMap(healthConfigMap('platform', webhookHealthData(seen))), seen);
});
