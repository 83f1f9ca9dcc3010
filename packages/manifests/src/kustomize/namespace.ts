import type { AnyObject } from '@serval/kube/objects';

/** Kinds without a namespace among those that Kustomize knows. It takes every kind that it does not know to be in one. */
const clusterKinds = new Set([
  'Namespace',
  'CustomResourceDefinition',
  'ClusterRole',
  'ClusterRoleBinding',
  'MutatingWebhookConfiguration',
  'ValidatingWebhookConfiguration',
]);

/**
 * The `namespace` field of a kustomization: every object moves there, the Namespace takes its name, and references follow that lead to an
 * object among them: subjects of bindings, Services of webhooks. Services of conversion stanzas follow always.
 */
export function moveToNamespace(objects: readonly AnyObject[], namespace: string): AnyObject[] {
  const known = new Set(
    objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name ?? ''}`),
  );
  /** A reference that leads to an object that moves. */
  const follow = <T extends { namespace?: string; name?: string }>(kind: string, reference: T): T =>
    known.has(`${kind} ${reference.namespace ?? ''}/${reference.name ?? ''}`) ? { ...reference, namespace } : reference;
  return objects.map((object) => withReferences(moved(object, namespace), namespace, follow));
}

type Follow = <T extends { namespace?: string; name?: string }>(kind: string, reference: T) => T;

function moved(object: AnyObject, namespace: string): AnyObject {
  const { kind, metadata } = object;
  if (kind === 'Namespace') return { ...object, metadata: { ...metadata, name: namespace } };
  return clusterKinds.has(kind) ? object : { ...object, metadata: { ...metadata, namespace } };
}

function withReferences(object: AnyObject, namespace: string, follow: Follow): AnyObject {
  switch (object.kind) {
    case 'RoleBinding':
    case 'ClusterRoleBinding':
      return {
        ...object,
        subjects: object['subjects']?.map((subject: AnyObject) => follow(subject.kind, subject as never)),
      };
    case 'MutatingWebhookConfiguration':
    case 'ValidatingWebhookConfiguration':
      return {
        ...object,
        webhooks: object['webhooks']?.map((webhook: AnyObject) =>
          webhook['clientConfig']?.service
            ? {
                ...webhook,
                clientConfig: {
                  ...webhook['clientConfig'],
                  service: follow('Service', webhook['clientConfig'].service),
                },
              }
            : webhook,
        ),
      };
    case 'CustomResourceDefinition':
      return withConversionNamespace(object, namespace);
    default:
      return object;
  }
}

function withConversionNamespace(crd: AnyObject, namespace: string): AnyObject {
  if (!crd['spec']?.conversion?.webhook?.clientConfig?.service) return crd;
  const copy = structuredClone(crd);
  copy['spec'].conversion.webhook.clientConfig.service.namespace = namespace;
  return copy;
}
