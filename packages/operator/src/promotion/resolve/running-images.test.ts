import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Deployment, Pod } from '@serval/kube/objects';
import { pinnedImage, runningImages } from './running-images.ts';

const one = `sha256:${'1'.repeat(64)}`;
const two = `sha256:${'2'.repeat(64)}`;

for (const [title, image, imageId, expected] of [
  ['a reference with a digest', 'ghcr.io/acme/x:1', `ghcr.io/acme/x@${one}`, `ghcr.io/acme/x@${one}`],
  ['behind a scheme', 'ghcr.io/acme/x:1', `docker-pullable://ghcr.io/acme/x@${one}`, `ghcr.io/acme/x@${one}`],
  [
    'of a registry with a port',
    'reg.example.com:5000/x',
    `reg.example.com:5000/x@${one}`,
    `reg.example.com:5000/x@${one}`,
  ],
  ['of Docker Hub, by its short name', 'acme/x:1', `docker.io/acme/x@${one}`, `acme/x@${one}`],
  ['of a single name', 'nginx', `docker.io/library/nginx@${one}`, `nginx@${one}`],
  ['already pinned', `ghcr.io/acme/x:1@${one}`, `ghcr.io/acme/x@${one}`, `ghcr.io/acme/x@${one}`],
  ['the digest of a configuration', 'ghcr.io/acme/x:1', one, undefined],
  ['of another repository', 'ghcr.io/acme/x:1', `quay.io/acme/x@${one}`, undefined],
  ['none', 'serval/model-server:1', '', undefined],
] as const) {
  test(`an imageID: ${title}`, () => assert.equal(pinnedImage(image, imageId), expected));
}

const labels = { app: 'isvc.scorer-predictor', component: 'predictor' };
const deployment = {
  metadata: { name: 'scorer-predictor', labels },
  spec: { template: { metadata: { labels }, spec: { containers: [{ name: 'kserve-container', image: 'acme/x:1' }] } } },
} as unknown as Deployment;
const pod = (digest: string) =>
  ({
    metadata: { labels },
    status: { containerStatuses: [{ name: 'kserve-container', imageID: `docker.io/acme/x@${digest}` }] },
  }) as unknown as Pod;

test('a container has the image that all of its Pods run', () => {
  const known = runningImages([deployment], [pod(one), pod(one)]);
  const image = { component: 'predictor', container: 'kserve-container', image: `acme/x@${one}` };
  assert.deepEqual(known, { state: 'known', images: [image] });
  assert.equal(runningImages([deployment], [pod(one), pod(two)]).state, 'mixed');
  const written = runningImages([deployment], []);
  assert.equal(written.state === 'known' && written.images[0]?.image, 'acme/x:1');
});
