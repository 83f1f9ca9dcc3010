import type { CrdBundle } from '@serval/api';

/** What a variant's kustomization is made of beyond what the variant itself says. */
export interface VariantOptions {
  /** Default `standard`. */
  readonly crds?: CrdBundle | 'none';
  /** Whether the Namespace is among the objects. Default true. */
  readonly namespaceObject?: boolean;
  /** Whether the Gateway is. Default false. */
  readonly gateway?: boolean;
}
