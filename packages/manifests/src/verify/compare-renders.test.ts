import assert from 'node:assert/strict';
import { test } from 'node:test';
import { generateDeploy } from '../generate.ts';
import { chartNames, renderChart, variantValues } from '../helm/index.ts';
import { renderVariant } from '../kustomize/render-variant.ts';
import { compareRenders } from './compare-renders.ts';

const files = generateDeploy();
for (const namespace of ['serval-system', 'elsewhere'])
  for (const webhooks of [true, false])
    for (const certificates of ['self-managed', 'cert-manager'] as const) {
      const variant = { namespace, webhooks, certificates };
      test(`Helm and Kustomize render the same: ${JSON.stringify(variant)}`, () => {
        const charts = chartNames.flatMap((chart) =>
          renderChart(files, chart, { namespace, values: variantValues(files, chart, variant) }),
        );
        const { objects, fields, differences } = compareRenders(renderVariant(files, variant), charts);
        assert.deepEqual(differences.slice(0, 10), []);
        assert.ok(objects > 10 && fields > 1_000, `${objects} objects, ${fields} fields`);
      });
    }

test('a changed, a missing and an added field are named, and a missing object', () => {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { x: '1', y: '2' } };
  const other = { ...object, data: { x: '2', z: '3' } };
  assert.deepEqual(compareRenders([object], [other]).differences, [
    { object: 'ConfigMap a', path: 'data.x', left: '1', right: '2' },
    { object: 'ConfigMap a', path: 'data.y', left: '2', right: undefined },
    { object: 'ConfigMap a', path: 'data.z', left: undefined, right: '3' },
  ]);
  assert.deepEqual(
    compareRenders([object], []).differences.map(({ path }) => path),
    [''],
  );
});
