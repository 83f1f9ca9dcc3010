import type { InferenceService } from '@serval/api';
import type { KubeObject } from '@serval/kube/objects';
import type { ServingConfig } from '../config/serving-config.ts';
import type { ReadReference } from '../credentials/resolve-delivery.ts';
import { podTemplateOf, withPodTemplate } from '../inference-service/render/pod-template.ts';
import { isMade, type Rendered } from '../inference-service/render/render-inference-service.ts';
import { credentialChecksum, type SeenReference } from './credential-checksum.ts';

/** On a service: `true` rolls its Pods out when credentials or certificates of its storage change, `false` does not. */
const rolloutAnnotation = 'serving.kserve.io/rollout-on-credential-change';
/** On the Pod template of such a service. */
const checksumAnnotation = 'serving.kserve.io/credential-checksum';

export function rollsOut({ metadata }: InferenceService, { credentials }: ServingConfig): boolean {
  const written = metadata.annotations?.[rolloutAnnotation]?.toLowerCase();
  return written === undefined ? credentials.rolloutOnChange : written === 'true';
}

/** A reader that remembers what it read. */
export function recordReads(read: ReadReference): { read: ReadReference; seen(): readonly SeenReference[] } {
  const seen = new Map<string, KubeObject | undefined>();
  return {
    async read(reference, signal) {
      const object = await read(reference, signal);
      seen.set(`${reference.kind}/${reference.namespace}/${reference.name}`, object);
      return object;
    },
    seen: () => [...seen].map(([id, object]) => ({ id, object })),
  };
}

/** The same with the checksum on the Pod templates, so that another one makes new Pods. */
export function withCredentialChecksum(
  rendered: Rendered,
  service: InferenceService,
  config: ServingConfig,
  seen: readonly SeenReference[],
  key: Uint8Array,
): Rendered {
  if (!isMade(rendered)) return rendered;
  const { storageSpecSecretName, storageSecretNameAnnotation } = config.credentials;
  const secret = service.metadata.annotations?.[storageSecretNameAnnotation] ?? storageSpecSecretName;
  const checksum = credentialChecksum(seen, {
    key,
    entries: { secret, key: service.spec.predictor.model?.storage?.key },
  });
  return { ...rendered, objects: rendered.objects.map((object) => annotated(object, checksum)) };
}

function annotated(object: KubeObject, checksum: string): KubeObject {
  const template = podTemplateOf(object);
  if (!template) return object;
  const annotations = { ...template.metadata?.annotations, [checksumAnnotation]: checksum };
  return withPodTemplate(object, { ...template, metadata: { ...template.metadata, annotations } });
}
