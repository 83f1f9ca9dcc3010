import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { implementations } from './implementations.ts';
import { isOlderRelease, knownReleases, needsOf, releaseOfImage, shownFor } from './releases.ts';

const known = (id: string) => knownReleases.find((each) => each.id === id)!;

test('releases are of known implementations, in order, each with its source', () => {
  const ids = implementations.map(({ id }) => id);
  for (const { id, shown, needs, source } of knownReleases) {
    assert.ok(ids.includes(id), id);
    assert.ok(source && needs.every((need) => need.source), id);
    assert.ok(
      needs.every(({ definition, api }) => (definition === undefined) !== (api === undefined)),
      id,
    );
    for (const [index, { from }] of shown.entries()) {
      if (index > 0) assert.ok(isOlderRelease(shown[index - 1]!.from, from), `${id} ${from}`);
    }
  }
});

test('what is known of a release is that of the newest before it, and nothing of what is no release', () => {
  assert.equal(shownFor(known('envoy'), 'v1.5.4')?.api, '1.3');
  assert.equal(shownFor(known('envoy'), '2.0')?.api, '1.6');
  assert.equal(shownFor(known('envoy'), '0.5.0'), undefined);
  assert.equal(shownFor(known('envoy'), 'latest'), undefined);
  assert.deepEqual(
    needsOf(known('cilium'), 'v1.15.9').map(({ definition }) => definition?.version),
    ['v1alpha2'],
  );
  assert.deepEqual(
    needsOf(known('cilium'), 'v1.16.0').map(({ definition }) => definition?.version),
    ['v1'],
  );
  assert.deepEqual(needsOf(known('cilium'), 'main'), []);
});

test('numbers are compared, not texts; what is no release is not older', () => {
  assert.ok(isOlderRelease('v1.9.3', '1.10'));
  assert.ok(!isOlderRelease('1.10.0-rc.1', '1.10'));
  assert.ok(isOlderRelease('v1.33.4+k3s1', '1.34'));
  assert.ok(!isOlderRelease('edge', '1.10'));
});

test('the release in the name of an image', () => {
  const cases: [id: string, image: string, release: string | undefined][] = [
    ['kong', 'docker.io/kong/kubernetes-ingress-controller:3.4.2', '3.4.2'],
    ['kong', 'registry:5000/kong/kubernetes-ingress-controller:3.4@sha256:00', '3.4'],
    ['kong', 'kong/kong-operator:2.1', undefined],
    ['traefik', 'traefik:v3.6.1', 'v3.6.1'],
    ['traefik', 'acme/not-traefik:v3.6.1', undefined],
    ['cilium', 'quay.io/cilium/operator-generic:v1.17.0', 'v1.17.0'],
    ['envoy', 'envoyproxy/gateway:latest', undefined],
    ['envoy', 'localhost:5000/envoyproxy/gateway', undefined],
  ];
  for (const [id, image, release] of cases) assert.equal(releaseOfImage(known(id), image), release, image);
});

test('docs/gateways.md has every release that is known, and no other', async () => {
  const text = await readFile(new URL('../../../../docs/gateways.md', import.meta.url), 'utf8');
  const rows = [...text.matchAll(/^\| ([^|]+?) \| ([0-9.]+: [0-9.:, ]+) \| (.*?) \|$/gm)].map((row) => row.slice(1, 4));
  const productOf = (id: string) => implementations.find((each) => each.id === id)?.product;
  assert.deepEqual(
    rows,
    knownReleases.map(({ id, shown, needs }) => [
      productOf(id),
      shown.map(({ from, api }) => `${from}: ${api}`).join(', '),
      needs
        .map(({ from, before, definition, api }) => {
          const what = definition ? `${definition.kind} ${definition.version}` : `Gateway API ${api}`;
          return `${from}${before ? ` to before ${before}` : ' on'}: ${what}`;
        })
        .join('; ') || '–',
    ]),
  );
});
