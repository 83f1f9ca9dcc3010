import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WebhookAnswerError } from './call-over-tls.ts';
import { renderChecks } from './checks.ts';
import { explainFailure } from './explain-failure.ts';
import { healthConfigMap, readHealthConfigMap, webhookHealthData } from './health-report.ts';
import { createMetrics } from './metrics.ts';
import { faultOfAnswer, probeReview } from './probe-review.ts';

const config = { service: { namespace: 'serval-system', name: 'serval-webhook', port: 443, path: '/convert' } };
const failure = (code: string) => Object.assign(new Error(code), { code });

test('each way to fail is told with where, why and the way out', () => {
  const cases: [unknown, RegExp, RegExp][] = [
    [failure('ECONNREFUSED'), /nobody answers at Service serval-system\/serval-webhook:443/, /get pods/],
    [failure('ENOTFOUND'), /has no address/, /Service is missing/],
    [failure('CERT_HAS_EXPIRED'), /has expired/, /delete its Secret/],
    [failure('CERT_NOT_YET_VALID'), /not valid yet/, /Secret/],
    [failure('ERR_TLS_CERT_ALTNAME_INVALID'), /for other names/, /must name the Service/],
    [failure('UNABLE_TO_VERIFY_LEAF_SIGNATURE'), /caBundle does not fit/, /cainjector/],
    [new DOMException('The operation was aborted due to timeout', 'TimeoutError'), /in time/, /NetworkPolicy/],
    [new WebhookAnswerError(400), /answered 400/, /one release/],
    [new Error('odd'), /odd/, /log/],
  ];
  for (const [error, reason, wayOut] of cases) {
    const explained = explainFailure(error, config);
    assert.match(explained.reason, reason);
    assert.match(explained.wayOut, wayOut);
  }
});

test('an answer is well when it is of the review, and no failure', () => {
  assert.equal(faultOfAnswer({ response: { uid: 'a', allowed: false, status: { code: 422 } } }, 'a'), undefined);
  assert.equal(faultOfAnswer({ response: { uid: 'a', result: { status: 'Success' } } }, 'a'), undefined);
  assert.match(faultOfAnswer({ response: { uid: 'b' } }, 'a') ?? '', /not the review/);
  assert.match(faultOfAnswer(null, 'a') ?? '', /not the review/);
  assert.equal(faultOfAnswer({ response: { uid: 'a', status: { code: 500, message: 'late' } } }, 'a'), 'late');
  assert.match(JSON.stringify(probeReview('/convert', 'a')), /ConversionReview.*"objects":\[\]/);
  assert.match(JSON.stringify(probeReview('/mutate-pods', 'a')), /AdmissionReview.*"dryRun":true/);
});

test('checks are listed as API servers list theirs', () => {
  const checks = [{ name: 'ping' }, { name: 'webhook', problem: 'nobody answers' }];
  assert.equal(
    renderChecks('healthz', checks),
    '[+]ping ok\n[-]webhook failed: nobody answers\nhealthz check failed\n',
  );
  assert.equal(
    renderChecks('readyz', checks.slice(0, 1), checks.slice(1)),
    '[+]ping ok\n[-]webhook failed: nobody answers (does not count here)\nreadyz check passed\n',
  );
});

test('the report comes back from its ConfigMap, and anything else is no news', () => {
  const checks = [
    { name: 'a', since: '2026-01-01T00:00:00Z' },
    { name: 'b', since: '2026-01-01T00:00:00Z', failure: { reason: 'down', wayOut: 'up' } },
  ];
  const configMap = healthConfigMap('serval-system', webhookHealthData(checks));
  assert.equal(configMap.data?.['summary'], '1 of 2 webhooks do not answer: b');
  assert.deepEqual(readHealthConfigMap(configMap), checks);
  const unread: Record<string, string>[] = [{}, { 'webhooks.json': '{' }, { 'webhooks.json': '[1]' }];
  for (const data of unread) assert.deepEqual(readHealthConfigMap({ ...configMap, data }), []);
  assert.deepEqual(readHealthConfigMap(undefined), []);
});

test('metrics are told in the text format, with labels escaped', () => {
  const metrics = createMetrics();
  metrics.count('reviews_total', 'Reviews.', { path: '/a"b\\' });
  metrics.count('reviews_total', 'Reviews.', { path: '/a"b\\' });
  metrics.gauge('up', 'Up.', () => [{ labels: {}, value: 1 }]);
  assert.equal(
    metrics.render(),
    '# HELP reviews_total Reviews.\n# TYPE reviews_total counter\nreviews_total{path="/a\\"b\\\\"} 2\n' +
      '# HELP up Up.\n# TYPE up gauge\nup 1\n',
  );
});
