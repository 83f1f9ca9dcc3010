import assert from 'node:assert/strict';
import { type CustomResourceDefinition, customResourceDefinitions } from '@serval/api';
import type { Client } from '@serval/kube/client';
import { eventually } from '../support/eventually.ts';

/** Bytes that the annotations of an object may have together (apimachinery: TotalAnnotationSizeLimitB). */
const maxAnnotationBytes = 256 * 1024;
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** Applies on the server's side, and waits until the API server has taken every CRD without a complaint. */
export async function applyCrds(client: Client, crds: readonly CustomResourceDefinition[]): Promise<void> {
  for (const crd of crds) {
    await client.apply(customResourceDefinitions, crd, { force: true, fieldValidation: 'Strict' });
  }
  for (const crd of crds) await waitUntilTaken(client, crd.metadata.name ?? '');
}

async function waitUntilTaken(client: Client, name: string): Promise<void> {
  const stored = await eventually(async () => {
    const object = await client.get(customResourceDefinitions, { name });
    assert.equal(statusOf(object, 'Established'), 'True', `${name} is not Established`);
    return object;
  });
  const nonStructural = stored.status?.conditions?.find(({ type }) => type === 'NonStructuralSchema');
  assert.notEqual(nonStructural?.status, 'True', `${name}: ${nonStructural?.message}`);
}

function statusOf(crd: CustomResourceDefinition, type: string): string | undefined {
  return crd.status?.conditions?.find((condition) => condition.type === type)?.status;
}

/** The object as `kubectl apply` sends it, which keeps all of it in an annotation. Throws when that has no room for it. */
export function asAppliedByClient(crd: CustomResourceDefinition): CustomResourceDefinition {
  const text = `${JSON.stringify({ ...crd, metadata: { annotations: {}, ...crd.metadata } })}\n`;
  const annotations = { ...crd.metadata.annotations, [lastApplied]: text };
  const bytes = Object.entries(annotations).reduce((sum, pair) => sum + Buffer.byteLength(pair.join('')), 0);
  assert.ok(
    bytes <= maxAnnotationBytes,
    `${crd.metadata.name}: annotations of ${bytes} bytes, allowed ${maxAnnotationBytes}`,
  );
  return { ...crd, metadata: { ...crd.metadata, annotations } };
}
