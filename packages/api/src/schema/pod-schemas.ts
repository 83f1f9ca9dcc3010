import type { StructuralSchema } from '@serval/kube/schema';

/** The Pod parts that kinds embed, as full or as open as a bundle of CRDs wants them. */
export interface PodSchemas {
  readonly container: StructuralSchema;
  /** The fields of PodSpec, to be spread among a kind's own. */
  readonly podSpecFields: Readonly<Record<string, StructuralSchema>>;
  readonly resources: StructuralSchema;
  /** On an object that spreads `podSpecFields`: whether fields that are not among them pass. */
  readonly keepsUnknownFields: boolean;
}

const open: StructuralSchema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

/** Any Pod field passes unseen. The API server checks the Pod that is made of it. */
export const openPodSchemas: PodSchemas = {
  container: open,
  podSpecFields: { containers: { type: 'array', items: open }, initContainers: { type: 'array', items: open } },
  resources: open,
  keepsUnknownFields: true,
};
