import type { CrdBundle } from '@serval/api';
import type { CertificateMode } from '../variant.ts';

/** Folders below `deploy/`. */
export const paths = {
  crds: (bundle: CrdBundle) => `crds/${bundle}`,
  base: 'kustomize/base',
  runtimes: 'kustomize/runtimes',
  webhooks: 'kustomize/components/webhooks',
  certificates: (mode: CertificateMode) => `kustomize/components/certificates-${mode}`,
  gatewayApi: 'kustomize/components/gateway-api',
  namespaces: 'kustomize/components/namespaces',
  certManagerNamespace: 'kustomize/transformers/cert-manager-namespace',
  restricted: {
    base: 'kustomize/private/base',
    clusterScoped: 'kustomize/private/components/cluster-scoped',
    webhooks: 'kustomize/private/components/webhooks',
    webhookConfigurations: 'kustomize/private/components/webhook-configurations',
    certificates: (mode: CertificateMode) => `kustomize/private/components/certificates-${mode}`,
    watchedNamespace: 'kustomize/private/watched-namespace',
    namespace: 'kustomize/transformers/private-namespace',
    certManagerNamespace: 'kustomize/transformers/private-cert-manager-namespace',
  },
  overlay: (name: string) => `kustomize/overlays/${name}`,
} as const;
