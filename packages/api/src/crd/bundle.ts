/**
 * `standard`: every CRD fits into the annotation of a client-side `kubectl apply`, so Pods are spelled out as far as that allows and
 * kept open beyond. `full`: everything structural, down to the last field, for server-side apply.
 */
export type CrdBundle = 'standard' | 'full';

/** What an installation adds to a CRD: labels, annotations, the conversion stanza with its certificate. */
const reservedBytes = 6 * 1024;

/** The most that a CRD of a bundle may have as compact JSON, before anything is added to it. */
export const bundleLimits = {
  // `kubectl apply` keeps the whole object in an annotation, and annotations may have 256 KiB together.
  standard: { maxBytes: 256 * 1024 - reservedBytes, mayOpen: true },
  // etcd takes requests of 1.5 MiB. A CRD that was applied from the client's side before brings 256 KiB of annotation with it.
  full: { maxBytes: (1536 - 256) * 1024 - 8 * reservedBytes, mayOpen: false },
} as const satisfies Record<CrdBundle, { maxBytes: number; mayOpen: boolean }>;
