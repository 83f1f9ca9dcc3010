/** What the webhooks' server shows, PEM. */
export interface ServingCertificate {
  readonly cert: string;
  readonly key: string;
}

/** Where the webhooks' certificate comes from. */
export interface CertificateProvider {
  /** Nothing until there is a usable one. */
  current(): ServingCertificate | undefined;
  /** PEM of every authority that callers are to trust; nothing when announcing them is another's business. */
  authorities(): string | undefined;
  /** Why there is no certificate, or why the one in use could not be replaced. */
  problem(): string | undefined;
  /** Called after any of the above changed. Returns the way to unsubscribe. */
  onChange(listener: () => void): () => void;
  close(): Promise<void>;
}

/** Names by which API servers and Pods call a Service; API servers check the first. */
export function serviceHosts(name: string, namespace: string, clusterDomain: string): string[] {
  return [`${name}.${namespace}.svc`, `${name}.${namespace}.svc.${clusterDomain}`, `${name}.${namespace}`];
}
