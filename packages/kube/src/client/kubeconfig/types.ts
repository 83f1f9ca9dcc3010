/** `client-go`'s `api.Config`, as far as it is read here. */
export interface KubeconfigFile {
  apiVersion?: string;
  kind?: string;
  'current-context'?: string;
  clusters?: { name: string; cluster: KubeconfigCluster }[];
  users?: { name: string; user: KubeconfigUser }[];
  contexts?: { name: string; context: { cluster: string; user: string; namespace?: string } }[];
  [field: string]: unknown;
}

export interface KubeconfigCluster {
  server?: string;
  'certificate-authority'?: string;
  'certificate-authority-data'?: string;
  'insecure-skip-tls-verify'?: boolean;
  'tls-server-name'?: string;
  [field: string]: unknown;
}

export interface KubeconfigUser {
  token?: string;
  tokenFile?: string;
  'client-certificate'?: string;
  'client-certificate-data'?: string;
  'client-key'?: string;
  'client-key-data'?: string;
  exec?: Record<string, unknown>;
  'auth-provider'?: Record<string, unknown>;
  [field: string]: unknown;
}

/** A kubeconfig that cannot be used. The message names file and entry, never a credential. */
export class KubeconfigError extends Error {
  override readonly name = 'KubeconfigError';
}
