import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InferenceService } from '@serval/api';
import { pinImages } from './pin-images.ts';
import type { RunningImage } from './running-images.ts';

type Spec = InferenceService['spec'];
const image = (component: RunningImage['component'], container: string): RunningImage => ({
  component,
  container,
  image: `acme/${component}-${container}@sha256:1`,
});
const images = [
  image('predictor', 'kserve-container'),
  image('predictor', 'sidecar'),
  image('transformer', 'kserve-container'),
];

for (const [title, spec, expected] of [
  [
    'the container that a runtime gives to a model',
    { predictor: { model: { modelFormat: { name: 'xgboost' } } } },
    { predictor: { model: { modelFormat: { name: 'xgboost' }, image: 'acme/predictor-kserve-container@sha256:1' } } },
  ],
  [
    'containers of its own, by component and name',
    {
      predictor: {
        containers: [
          { name: 'kserve-container', image: 'a' },
          { name: 'sidecar', image: 'b' },
        ],
      },
      transformer: { containers: [{ name: 'kserve-container', image: 'c' }] },
    },
    {
      predictor: {
        containers: [
          { name: 'kserve-container', image: 'acme/predictor-kserve-container@sha256:1' },
          { name: 'sidecar', image: 'acme/predictor-sidecar@sha256:1' },
        ],
      },
      transformer: { containers: [{ name: 'kserve-container', image: 'acme/transformer-kserve-container@sha256:1' }] },
    },
  ],
  [
    'what was not seen stays, and so does what a runtime gives',
    { predictor: { containers: [{ name: 'other', image: 'd' }, { name: 'sidecar' }] } },
    { predictor: { containers: [{ name: 'other', image: 'd' }, { name: 'sidecar' }] } },
  ],
] as const) {
  test(`pinned: ${title}`, () => {
    const given = structuredClone(spec) as unknown as Spec;
    assert.deepEqual(pinImages(given, images), expected);
    assert.deepEqual(given, spec, 'what is given stays as it is');
  });
}
