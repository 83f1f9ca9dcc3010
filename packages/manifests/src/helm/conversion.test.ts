import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FileSet } from '../file-set.ts';
import type { Variant } from '../variant.ts';
import { chartFiles } from './chart.ts';
import { templatesOf } from './chart-objects.ts';
import { variantValues } from './chart-values.ts';
import { conversionNamespace, keepAnnotation } from './crds-parameters.ts';
import { crdsChart } from './generate-charts.ts';
import { followNamespace, probeNamespaces } from './namespace-text.ts';
import { renderChart } from './render.ts';
import { certificateCondition, certificateKinds } from './variants.ts';

type Kind = Omit<Variant, 'namespace'>;

/** A definition of two versions, as an installation has it. */
function definition({ webhooks, certificates }: Kind, namespace: string) {
  const injected = webhooks && certificates === 'cert-manager';
  const service = { name: 'serval-webhook', namespace, path: '/convert', port: 443 };
  const webhook = { conversionReviewVersions: ['v1'], clientConfig: { service } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: 'things.serving.kserve.io',
      ...(injected ? { annotations: { 'cert-manager.io/inject-ca-from': `${namespace}/serval-webhook` } } : {}),
    },
    spec: {
      conversion: webhooks ? { strategy: 'Webhook', webhook } : { strategy: 'None' },
      versions: [
        { name: 'v1alpha1', served: webhooks, storage: false, schema: { description: 'such as {{ .Name }}' } },
        { name: 'v1alpha2', served: true, storage: true },
      ],
    },
  };
}

const variants = certificateKinds.map((kind) => {
  const [a, b] = probeNamespaces.map((namespace) => [definition(kind, namespace)]);
  return followNamespace([a ?? [], b ?? []], conversionNamespace);
});
const files: FileSet = chartFiles(crdsChart(templatesOf(variants, certificateCondition)));
const render = (values: Record<string, unknown>) =>
  renderChart(files, 'serval-crds', { namespace: 'ns', values: { keep: false, ...values } });

for (const kind of certificateKinds) {
  test(`a definition of two versions follows the webhooks: ${JSON.stringify(kind)}`, () => {
    const values = variantValues(files, 'serval-crds', kind);
    assert.deepEqual(render(values), [definition(kind, 'ns')]);
    const elsewhere = { ...values, webhooks: { enabled: kind.webhooks, namespace: 'other' } };
    assert.deepEqual(render(elsewhere), [definition(kind, 'other')]);
    const [kept] = render({ ...values, keep: true });
    const expected = definition(kind, 'ns').metadata.annotations ?? {};
    assert.deepEqual(kept?.metadata.annotations, { ...expected, [keepAnnotation]: 'keep' });
  });
}

test('the versions of lists are merged, not copied', () => {
  const text = files.get('helm/serval-crds/templates/things.serving.kserve.io.yaml') ?? '';
  assert.equal(text.match(/v1alpha1/g)?.length, 1, text);
});
