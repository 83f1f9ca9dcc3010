import type { CustomResourceDefinition } from '@serval/api';
import type { AnyObject } from '@serval/kube/objects';
import { crdsFor, defaultNamespace, multiVersionCrdNames } from '@serval/operator/declarations';
import { injected } from './certificates.ts';

/** The definitions of both bundles. Made once for all installations: it takes most of the time of generating. */
export interface Definitions {
  readonly standard: readonly CustomResourceDefinition[];
  readonly full: readonly CustomResourceDefinition[];
  /** The standard ones for an installation with webhooks, in the default namespace. */
  readonly converted: readonly CustomResourceDefinition[];
}

export function allDefinitions(): Definitions {
  return {
    standard: crdsFor({ bundle: 'standard' }),
    full: crdsFor({ bundle: 'full' }),
    converted: crdsFor({ bundle: 'standard', webhooks: { service: { namespace: defaultNamespace } } }),
  };
}

/** Definitions into which cert-manager writes its authority, where API servers call webhooks to convert their objects. */
export function injectedDefinitions(definitions: readonly CustomResourceDefinition[], namespace: string): AnyObject[] {
  const converted = new Set(multiVersionCrdNames());
  return definitions.map((crd) => (converted.has(crd.metadata.name ?? '') ? injected(crd, namespace) : crd));
}
