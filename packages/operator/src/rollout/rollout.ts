import type { InferenceService } from '@serval/api';
import type { Deployment, KubeObject } from '@serval/kube/objects';
import type { ServingConfig } from '../config/serving-config.ts';
import type { ReadReference } from '../credentials/resolve-delivery.ts';
import type { Rendered } from '../inference-service/render/render-inference-service.ts';
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
  if (rendered.state !== 'serving') return rendered;
  const { storageSpecSecretName, storageSecretNameAnnotation } = config.credentials;
  const secret = service.metadata.annotations?.[storageSecretNameAnnotation] ?? storageSpecSecretName;
  const checksum = credentialChecksum(seen, {
    key,
    entries: { secret, key: service.spec.predictor.model?.storage?.key },
  });
  const objects = rendered.objects.map((object) =>
    object.kind === 'Deployment' ? annotated(object as Deployment, checksum) : object,
  );
  return { ...rendered, objects };
}

function annotated(deployment: Deployment, checksum: string): Deployment {
  const { template } = deployment.spec;
  const annotations = { ...template.metadata?.annotations, [checksumAnnotation]: checksum };
  const metadata = { ...template.metadata, annotations };
  return { ...deployment, spec: { ...deployment.spec, template: { ...template, metadata } } };
}
