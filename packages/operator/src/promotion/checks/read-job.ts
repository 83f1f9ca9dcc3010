import { createHash } from 'node:crypto';
import type { InferenceService } from '@serval/api';
import type { Job, PodTemplateSpec } from '@serval/kube/objects';
import type { ServingConfig } from '../../config/serving-config.ts';
import { storageAnnotations, storageRequestOf } from '../../credentials/storage-request.ts';
import { sourceOfFirst } from '../../inference-service/render/component.ts';
import { withoutKeys } from '../../inference-service/render/without-keys.ts';
import { predictorContainer, readCheckLabel, serviceLabel, storageCheckAnnotation } from '../../names.ts';
import { initializerResources } from '../../pod/storage-initializer.ts';

const promotionAnnotation = 'platform.serval.dev/promotion';

/** Listing and reading a byte take seconds; images and volumes have to come first. */
const deadlineSeconds = 180;
/** Time to read the result in; after it the model is looked at anew, should anybody still ask. */
const keptSeconds = 600;

/**
 * Lets the Pod into every namespace (Pod Security Standards, "Restricted"), where the service leaves that to its runtime. The initializer gets
 * the same, which images of KServe and of ours can do with: their user is not root.
 */
const restrictedContext = {
  allowPrivilegeEscalation: false,
  runAsNonRoot: true,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
};

export interface ReadSubject {
  /** As it will be in its new stage, with the namespace of that. */
  readonly service: InferenceService;
  readonly promotion: { readonly namespace: string; readonly name: string; readonly uid: string };
}

/**
 * A Job whose Pod gets what the Pods of a service would get in the namespace, with the same admission, account, network and certificates, and
 * only looks whether the model is there. Undefined where there is none to look for. The name follows from the content, so that it is found again.
 */
export function renderReadJob({ service, promotion }: ReadSubject, config: ServingConfig): Job | undefined {
  const { namespace = '' } = service.metadata;
  const template = templateOf(service, config);
  const sources = storageRequestOf(template, namespace)?.sources ?? [];
  // Registries are asked for images without a Pod; a claim takes no credential, and one that a single node may mount may be in use on another.
  if (sources.every(({ uri }) => /^(oci|pvc):/.test(uri))) return undefined;
  const digest = createHash('sha256')
    .update(JSON.stringify([promotion.uid, template]))
    .digest('hex');
  const name = `serval-read-check-${digest.slice(0, 12)}`;
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      namespace,
      name,
      labels: { [readCheckLabel]: promotion.uid },
      annotations: { [promotionAnnotation]: `${promotion.namespace}/${promotion.name}` },
    },
    spec: {
      backoffLimit: 0,
      activeDeadlineSeconds: deadlineSeconds,
      ttlSecondsAfterFinished: keptSeconds,
      template: {
        ...template,
        // Admission looks at Pods with this label alone. No service is called so.
        metadata: { ...template.metadata, labels: { [serviceLabel]: name, [readCheckLabel]: promotion.uid } },
      },
    },
  };
}

function templateOf({ metadata, spec: { predictor } }: InferenceService, config: ServingConfig): PodTemplateSpec {
  const { serviceAnnotationDisallowedList: dropped } = config.inferenceService;
  const { model, serviceAccountName, securityContext, imagePullSecrets, nodeSelector, tolerations } = predictor;
  const ownContext = model?.securityContext ?? predictor.containers?.[0]?.securityContext;
  return {
    metadata: {
      annotations: {
        ...withoutKeys(metadata.annotations, dropped),
        ...withoutKeys(predictor.annotations, dropped),
        ...(model ? {} : sourceOfFirst({ containers: predictor.containers ?? [] } as PodTemplateSpec['spec'])),
        ...storageAnnotations(predictor),
        [storageCheckAnnotation]: 'true',
        // A sidecar would keep the Pod from ending.
        'sidecar.istio.io/inject': 'false',
      },
    },
    spec: {
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      ...(serviceAccountName ? { serviceAccountName } : {}),
      ...(securityContext ? { securityContext } : {}),
      ...(imagePullSecrets ? { imagePullSecrets } : {}),
      ...(nodeSelector ? { nodeSelector } : {}),
      ...(tolerations ? { tolerations } : {}),
      containers: [
        {
          // What the initializer, or a claim, gives to the server is given to this one, which does nothing.
          name: predictorContainer,
          image: config.storageInitializer.image,
          args: ['--version'],
          resources: initializerResources(config),
          securityContext: ownContext ?? restrictedContext,
        },
      ],
    },
  } as PodTemplateSpec;
}
