import { apiVersionOf, type KubeObject } from '@serval/kube/objects';
import fc from 'fast-check';
import type { KindVersion } from '../../crd/kind-version.ts';
import { arbitraryValue } from './arbitrary-value.ts';
import { smallPods } from './small-pods.ts';

const annotation = fc.constantFrom(
  'internal.serving.kserve.io/model-criticality',
  'internal.serving.kserve.io/lora-criticalities',
  'kubectl.kubernetes.io/last-applied-configuration',
  'example.com/a',
);
const metadata = fc.record(
  {
    namespace: fc.constant('models'),
    uid: fc.constant('c5ea7b1e-0000-4000-8000-000000000000'),
    generation: fc.nat(9),
    labels: fc.dictionary(fc.constantFrom('a', 'b'), fc.constantFrom('', 'x'), { minKeys: 1, maxKeys: 2 }),
    annotations: fc.dictionary(annotation, fc.constantFrom('', 'Critical', 'Sheddable', 'Weird', '{"0":"Critical"}'), {
      minKeys: 1,
      maxKeys: 3,
    }),
    finalizers: fc.constant(['serval.dev/hold']),
    managedFields: fc.constant([{ manager: 'kubectl', operation: 'Apply', fieldsV1: { 'f:spec': {} } }]),
  },
  { requiredKeys: [] },
);

/** Whole valid objects of a kind, of the size that people write. */
export function arbitraryObject(kind: KindVersion): fc.Arbitrary<KubeObject> {
  const { spec = {}, status = {} } = kind.schema(smallPods).properties ?? {};
  // The parts that are the same in every version are large: one time in a few is enough for them.
  const isSmall = (path: string) => !/^router\.route\.http\.spec\.|keda|behavior/.test(path);
  const bodies = fc.record({
    spec: fc.oneof({ weight: 9, arbitrary: arbitraryValue(spec, isSmall) }, arbitraryValue(spec)),
    status: fc.option(arbitraryValue(status), { nil: undefined }),
  });
  return fc.tuple(metadata, bodies).map(([fields, body]) => {
    const head = { apiVersion: apiVersionOf(kind.resource), kind: kind.resource.kind };
    return JSON.parse(JSON.stringify({ ...head, metadata: { name: 'llama', ...fields }, ...body })) as KubeObject;
  });
}
