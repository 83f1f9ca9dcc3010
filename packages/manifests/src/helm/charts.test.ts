import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { AnyObject } from '@serval/kube/objects';
import { gatewayPresets, presetControllerName, presetObjects } from '@serval/operator/declarations';
import type { FileSet } from '../file-set.ts';
import { inApplyOrder } from '../kustomize/apply-order.ts';
import { kustomizeFiles } from '../kustomize/layout.ts';
import { renderRuntimes, renderVariant } from '../kustomize/render-variant.ts';
import type { ManifestsError } from '../manifests-error.ts';
import { objectKey } from '../objects/object-key.ts';
import { chartsOf } from '../verify/renderer.ts';
import { type ChartName, chartNames } from './chart.ts';
import { variantValues } from './chart-values.ts';
import { keepAnnotation } from './crds-parameters.ts';
import { generateCharts } from './generate-charts.ts';
import { releaseSecretBytes } from './release-secret.ts';
import { renderChart, renderNotes } from './render.ts';
import { variantKinds } from './variants.ts';

let files: FileSet;
before(() => {
  const kustomize = kustomizeFiles();
  files = new Map([...kustomize, ...generateCharts(kustomize)]);
});

const render = (values: Record<string, unknown>, chart: ChartName = 'serval') =>
  renderChart(files, chart, { namespace: 'ns', values });
const find = (objects: readonly AnyObject[], kind: string): AnyObject => {
  const found = objects.find((object) => object.kind === kind);
  assert.ok(found, `there is a ${kind}`);
  return found;
};
const container = (values: Record<string, unknown>) =>
  find(render(values), 'Deployment')['spec'].template.spec.containers[0] as AnyObject['container'];

for (const namespace of ['serval-system', 'elsewhere']) {
  for (const kind of variantKinds) {
    test(`both charts render to what Kustomize does: ${namespace}, ${JSON.stringify(kind)}`, () => {
      const objects = chartsOf({ namespace, ...kind }).flatMap((chart) =>
        renderChart(files, chart, { namespace, values: variantValues(files, chart, kind) }),
      );
      const expected = renderVariant(files, { namespace, ...kind }, { namespaceObject: false });
      const rendered = inApplyOrder(objects.map(withoutKeep));
      assert.deepEqual(rendered.map(objectKey), expected.map(objectKey));
      // One by one: telling how two long lists differ takes more memory than there is.
      for (const [index, object] of rendered.entries()) assert.deepEqual(object, expected[index]);
    });
  }
}

test('the runtimes and the Gateway are those of Kustomize', () => {
  const objects = render({ runtimes: { enabled: true }, gateway: { enabled: true } });
  assert.deepEqual(
    objects.filter(({ kind }) => kind === 'ClusterServingRuntime'),
    renderRuntimes(files),
  );
  const variant = { namespace: 'ns', webhooks: true, certificates: 'self-managed' } as const;
  assert.deepEqual(
    find(objects, 'Gateway'),
    find(renderVariant(files, variant, { crds: 'none', gateway: true }), 'Gateway'),
  );
});

for (const preset of gatewayPresets) {
  test(`values of ${preset.id} make the class and the Gateway that \`serval install\` makes`, () => {
    const { className, bringsClass, classAnnotations, port = 80 } = preset;
    const controllerName = presetControllerName(preset);
    const given = {
      enabled: true,
      className,
      port,
      ...(bringsClass ? {} : { class: { create: true, controllerName, annotations: classAnnotations ?? {} } }),
    };
    const objects = render({ gateway: given }).filter(({ kind }) => kind.startsWith('Gateway'));
    const expected = presetObjects(preset, 'ns').map((object) =>
      object.kind === 'Gateway' ? { ...object, metadata: { ...object.metadata, name: 'serval-gateway' } } : object,
    );
    assert.deepEqual(inApplyOrder(objects), inApplyOrder(expected as unknown as AnyObject[]));
  });
}

test('an image is its parts, and a digest stands in for the tag', () => {
  const digest = `sha256:${'a'.repeat(64)}`;
  assert.equal(container({ image: { registry: 'r.example', tag: '2' } })['image'], 'r.example/serval/operator:2');
  assert.equal(container({ image: { digest } })['image'], `serval/operator@${digest}`);
});

test('texts of any kind reach their place as they are', () => {
  const text = `a: 'b' "c" #d {{ .Values }} %s <e> \n f`;
  assert.deepEqual(container({ extraArgs: [text] })['args'].at(-1), text);
  const annotations = { 'a/b': text, yes: 'no' };
  const pod = find(render({ podAnnotations: annotations, podLabels: { on: '1' } }), 'Deployment')['spec'].template;
  assert.deepEqual(pod.metadata.annotations, annotations);
  assert.equal(pod.metadata.labels.on, '1');
});

test('sections of the configuration are merged with their defaults, and written as JSON', () => {
  const { data } = find(
    render({ config: { ingress: { ingressDomain: 'm.example' }, security: { autoMountServiceAccountToken: false } } }),
    'ConfigMap',
  ) as AnyObject & { data: Record<string, string> };
  const ingress = JSON.parse(data['ingress'] ?? '') as Record<string, unknown>;
  assert.equal(ingress['ingressDomain'], 'm.example');
  assert.equal(ingress['domainTemplate'], '{{ .Name }}-{{ .Namespace }}.{{ .IngressDomain }}');
  assert.deepEqual(JSON.parse(data['security'] ?? ''), { autoMountServiceAccountToken: false });
});

test('null removes an entry of a default, and a field without entries is left out', () => {
  const values = { nodeSelector: { 'kubernetes.io/os': null }, resources: { limits: null } };
  const { spec } = find(render(values), 'Deployment')['spec'].template;
  assert.ok(!Object.hasOwn(spec, 'nodeSelector'));
  assert.deepEqual(Object.keys(spec.containers[0].resources), ['requests']);
});

test('another issuer takes the place of the own one', () => {
  const objects = render({
    certificates: { mode: 'cert-manager', issuerRef: { name: 'corporate', kind: 'ClusterIssuer' } },
  });
  assert.ok(!objects.some(({ kind }) => kind === 'Issuer'));
  assert.deepEqual(find(objects, 'Certificate')['spec'].issuerRef, {
    group: 'cert-manager.io',
    kind: 'ClusterIssuer',
    name: 'corporate',
  });
});

test('definitions are kept unless told otherwise', () => {
  const kept = (values: Record<string, unknown>) =>
    render(values, 'serval-crds').filter(({ metadata }) => metadata.annotations?.[keepAnnotation] === 'keep').length;
  assert.ok(kept({}) > 0);
  assert.equal(kept({ keep: false }), 0);
});

test('values that no parameter declares, or of another type, are refused with their path', () => {
  const refused: [Record<string, unknown>, string][] = [
    [{ replica: 3 }, 'replica'],
    [{ replicas: '3' }, 'replicas'],
    [{ image: { tags: 'x' } }, 'image.tags'],
    [{ image: null }, 'image'],
    [{ config: { ingress: { domain: 'x' } } }, 'config.ingress.domain'],
    [{ certificates: { mode: 'none' } }, 'certificates.mode'],
    [{ podLabels: { 'app.kubernetes.io/name': 'x' } }, 'podLabels.app.kubernetes.io/name'],
    [{ image: { digest: 'sha256:1' } }, 'image.digest'],
  ];
  for (const [values, path] of refused) {
    assert.throws(
      () => render(values),
      (error: ManifestsError) => error.code === 'BadValues' && error.message.includes(` ${path}: `),
      path,
    );
  }
});

test('the notes say what is missing', () => {
  const notes = (apiVersions: string[]) => renderNotes(files, 'serval', { namespace: 'ns', apiVersions });
  assert.match(notes([]), /install the chart serval-crds/);
  assert.doesNotMatch(notes(['serving.kserve.io/v1beta1/InferenceService']), /install the chart serval-crds/);
  assert.match(notes([]), /kubectl -n ns wait/);
});

test('the Secret of each release stays below 700 KiB', () => {
  for (const chart of chartNames) {
    const size = releaseSecretBytes(files, chart, { namespace: 'serval-system' });
    assert.ok(size > 1_000 && size < 700 * 1024, `${chart}: ${size}`);
  }
});

/** Helm's own annotation, which Kustomize does not write. */
function withoutKeep(object: AnyObject): AnyObject {
  const { annotations = {}, ...metadata } = object.metadata;
  const { [keepAnnotation]: _keep, ...others } = annotations;
  return { ...object, metadata: Object.keys(others).length > 0 ? { ...metadata, annotations: others } : metadata };
}
