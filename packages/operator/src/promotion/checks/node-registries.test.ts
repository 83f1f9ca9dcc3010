import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodesMayPull } from './node-registries.ts';

for (const [image, expected] of [
  ['123456789012.dkr.ecr.eu-central-1.amazonaws.com/acme/scorer:1', true],
  [`europe-west3-docker.pkg.dev/acme/models/scorer@sha256:${'a'.repeat(64)}`, true],
  ['gcr.io/acme/scorer', true],
  ['acme.azurecr.io/scorer:1', true],
  ['azurecr.io/scorer:1', false],
  ['acme.azurecr.io.example.com/scorer:1', false],
  ['public.ecr.aws/acme/scorer', false],
  ['ghcr.io/acme/scorer', false],
  ['scorer', false],
  ['not an image', false],
] as const) {
  test(`${image}: ${expected ? 'nodes may have a credential' : 'nodes have none'}`, () => {
    assert.equal(nodesMayPull(image), expected);
  });
}
