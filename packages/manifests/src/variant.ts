/** `self-managed`: the operator issues and rotates its own. `cert-manager`: a Certificate of cert-manager, injected by it. */
export type CertificateMode = 'self-managed' | 'cert-manager';

/** One way of installing, which Kustomize and Helm must render to the same objects. */
export interface Variant {
  readonly namespace: string;
  /** Without them, nothing is checked or defaulted before it is stored, and kinds serve their storage version only. */
  readonly webhooks: boolean;
  readonly certificates: CertificateMode;
}
