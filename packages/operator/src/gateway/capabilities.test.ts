import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assumedCapabilities } from './assumed-capabilities.ts';
import { gatewayFeatures } from './features.ts';
import { implementations } from './implementations.ts';
import { type DescribedGateway, describedCapabilities } from './testing.ts';

const envoy = 'gateway.envoyproxy.io/gatewayclass-controller';
const timeouts = ['HTTPRoute.spec.rules.timeouts'];

for (const [rule, described, supported, said] of [
  [
    'definitions come first',
    { controller: envoy, supportedFeatures: ['HTTPRouteRequestTimeout'], lacks: timeouts },
    false,
    'definitions',
  ],
  ['then what the class publishes', { controller: envoy, supportedFeatures: ['HTTPRoute'] }, false, 'class'],
  [
    'also where it publishes more than is known',
    { controller: 'traefik.io/gateway-controller', supportedFeatures: ['HTTPRouteRequestTimeout'] },
    true,
    'class',
  ],
  [
    'a class that publishes nothing leaves it to the table',
    { controller: envoy, supportedFeatures: [] },
    true,
    'table',
  ],
  ['a release that is older than the feature', { controller: envoy, version: 'v0.5.0' }, false, 'table'],
  ['a release of another shape counts as the newest', { controller: envoy, version: 'main' }, true, 'table'],
  [
    'a candidate counts as its release',
    { controller: 'istio.io/gateway-controller', version: '1.20.0-rc.1' },
    true,
    'table',
  ],
  ['nothing is known of others', { controller: 'example.com/edge' }, false, 'nobody'],
  ['nor where there is no class', {}, false, 'nobody'],
] as [string, DescribedGateway, boolean, string][]) {
  test(`a timeout for requests: ${rule}`, () => {
    const { supported: is, said: by, why } = describedCapabilities(described).features.HTTPRouteRequestTimeout;
    assert.deepEqual([is, by], [supported, said], why);
  });
}

test('plain names of features are read as well as objects with one', () => {
  const plain = describedCapabilities({ controller: 'example.com/edge', supportedFeatures: ['HTTPRoutePathRewrite'] });
  assert.equal(plain.features.HTTPRoutePathRewrite.supported, true);
});

test('every entry of the table is of its own, and tells its source', () => {
  const controllers = implementations.map(({ controllerName }) => controllerName);
  assert.equal(new Set(controllers).size, controllers.length);
  for (const { id, source, features } of implementations) {
    assert.ok(source.length > 0, id);
    for (const [feature, since] of Object.entries(features)) {
      assert.ok((gatewayFeatures as readonly string[]).includes(feature), feature);
      assert.match(since, /^(\d+\.\d+)?$/, `${id} ${feature}`);
    }
  }
});

test('without a cluster, the gateway of serval up is assumed', () => {
  const { features, known } = assumedCapabilities();
  assert.ok(known);
  assert.equal(features.HTTPRouteRequestTimeout.supported, true);
  assert.equal(features.HTTPRouteBackendProtocolH2C.supported, false);
});
