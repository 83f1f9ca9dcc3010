import type { Condition, KubeObject } from '@serval/kube/objects';
import type { StructuralSchema } from '@serval/kube/schema';
import type { WebhookClientConfig } from '../admission/webhook-client.ts';

interface CustomResourceNames {
  plural: string;
  singular?: string;
  kind: string;
  listKind?: string;
  shortNames?: string[];
  categories?: string[];
}

export interface PrinterColumn {
  name: string;
  type: 'integer' | 'number' | 'string' | 'boolean' | 'date';
  format?: string;
  description?: string;
  priority?: number;
  jsonPath: string;
}

export interface CustomResourceVersion {
  name: string;
  served: boolean;
  storage: boolean;
  deprecated?: boolean;
  deprecationWarning?: string;
  schema?: { openAPIV3Schema?: StructuralSchema };
  subresources?: {
    status?: object;
    scale?: { specReplicasPath: string; statusReplicasPath: string; labelSelectorPath?: string };
  };
  additionalPrinterColumns?: PrinterColumn[];
  selectableFields?: { jsonPath: string }[];
}

export interface CustomResourceConversion {
  strategy: 'None' | 'Webhook';
  webhook?: { clientConfig?: WebhookClientConfig; conversionReviewVersions: string[] };
}

/** `apiextensions.k8s.io/v1`. */
export interface CustomResourceDefinition extends KubeObject {
  spec: {
    group: string;
    names: CustomResourceNames;
    scope: 'Namespaced' | 'Cluster';
    versions: CustomResourceVersion[];
    conversion?: CustomResourceConversion;
    preserveUnknownFields?: boolean;
  };
  status?: {
    conditions?: Condition[];
    acceptedNames?: CustomResourceNames;
    storedVersions?: string[];
  };
}

export const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io';

export function isEstablished(definition: CustomResourceDefinition): boolean {
  return (definition.status?.conditions ?? []).some(({ type, status }) => type === 'Established' && status === 'True');
}
