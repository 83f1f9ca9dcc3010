import type { AnyObject } from '@serval/kube/objects';
import { partOfLabels, webhookCertificateSecretName, webhookServiceName } from '@serval/operator/declarations';

const certManager = 'cert-manager.io/v1';
/** Of the Issuer, and of the Certificate that is injected. */
const issuerName = 'serval';
export const certificateName = 'serval-webhook';
/** On webhook configurations and definitions: cert-manager writes the authority of that Certificate into their `caBundle`. */
export const injectAnnotation = 'cert-manager.io/inject-ca-from';

/** The value of `injectAnnotation`. */
function injectFrom(namespace: string): string {
  return `${namespace}/${certificateName}`;
}

/** The names by which API servers (the first one) and people reach the webhooks. */
function webhookDnsNames(namespace: string): string[] {
  return [`${webhookServiceName}.${namespace}.svc`, `${webhookServiceName}.${namespace}.svc.cluster.local`];
}

/** A certificate that cert-manager issues and renews, signed by itself: API servers are told to trust it alone. */
export function certManagerObjects(namespace: string): AnyObject[] {
  const labels = { ...partOfLabels };
  return [
    {
      apiVersion: certManager,
      kind: 'Issuer',
      metadata: { namespace, name: issuerName, labels },
      spec: { selfSigned: {} },
    },
    {
      apiVersion: certManager,
      kind: 'Certificate',
      metadata: { namespace, name: certificateName, labels: { ...labels } },
      spec: {
        secretName: webhookCertificateSecretName,
        dnsNames: webhookDnsNames(namespace),
        issuerRef: { group: 'cert-manager.io', kind: 'Issuer', name: issuerName },
        privateKey: { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always' },
        usages: ['server auth', 'digital signature'],
      },
    },
  ];
}

/** The same object with the annotation that has cert-manager write its authority into it. */
export function injected(object: AnyObject, namespace: string): AnyObject {
  const annotations = { ...object.metadata.annotations, [injectAnnotation]: injectFrom(namespace) };
  return { ...object, metadata: { ...object.metadata, annotations } };
}
