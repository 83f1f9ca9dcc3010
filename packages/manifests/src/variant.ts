/** `self-managed`: the operator issues and rotates its own. `cert-manager`: a Certificate of cert-manager, injected by it. */
export type CertificateMode = 'self-managed' | 'cert-manager';

/** One way of installing, which Kustomize and Helm must render to the same objects. */
export interface Variant {
  readonly namespace: string;
  /** Without them, nothing is checked or defaulted before it is stored, and kinds serve their storage version only. */
  readonly webhooks: boolean;
  readonly certificates: CertificateMode;
  /** Serves these namespaces only. Absent: all. */
  readonly restricted?: Restriction | undefined;
}

export interface Restriction {
  readonly watchNamespaces: readonly string[];
  /** Whether it reads what has no namespace. Without, nothing is installed that has none: the administrator does that. */
  readonly clusterScoped: boolean;
}
