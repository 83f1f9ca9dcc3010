import type { CustomResourceDefinition } from '@serval/api';
import { type Client, rfc3339, systemClock } from '@serval/kube/client';
import { type KnativeService, knativeServices } from '@serval/kube/objects';

/** Knative Services, of any shape: Knative itself is not there. */
export const knativeServiceDefinition: CustomResourceDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'services.serving.knative.dev' },
  spec: {
    group: 'serving.knative.dev',
    scope: 'Namespaced',
    names: { plural: 'services', singular: 'service', kind: 'Service', listKind: 'ServiceList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};

type Status = NonNullable<KnativeService['status']>;

/** What Knative's controller would write, of the generation that is there now. Conditions that are not said are True. */
export async function answerAsKnative(
  client: Client,
  name: string,
  status: Omit<Status, 'conditions' | 'observedGeneration'>,
  conditions: Readonly<
    Record<string, { status: 'True' | 'False' | 'Unknown'; reason?: string; message?: string }>
  > = {},
): Promise<void> {
  const at = { namespace: 'default', name };
  const { metadata } = await client.get(knativeServices, at);
  const isTrue = { status: 'True' } as const;
  const all = { ConfigurationsReady: isTrue, RoutesReady: isTrue, Ready: isTrue, ...conditions };
  const lastTransitionTime = rfc3339(systemClock.now());
  const written = {
    url: `http://${name}.default.example.com`,
    address: { url: `http://${name}.default.svc.cluster.local` },
    ...status,
    observedGeneration: metadata.generation ?? 1,
    conditions: Object.entries(all).map(([type, condition]) => ({ type, lastTransitionTime, ...condition })),
  };
  await client.patch(knativeServices, at, 'merge', { status: written as never }, { subresource: 'status' });
}
