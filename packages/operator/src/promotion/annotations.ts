/** What a service says that a Promotion has brought. Not for its Pods: of the same content they are not made anew. */
export const promotionAnnotation = 'platform.serval.dev/promotion';
/** Of several Promotions that had the same name, which one. */
export const promotionUidAnnotation = 'platform.serval.dev/promotion-uid';
export const promotionDigestAnnotation = 'platform.serval.dev/promotion-digest';
/** `NAMESPACE/PIPELINE/STAGE` that it was brought into. */
export const promotionStageAnnotation = 'platform.serval.dev/promotion-stage';

/** All that are written beside those of the model. */
export const promotionAnnotations = [
  promotionAnnotation,
  promotionUidAnnotation,
  promotionDigestAnnotation,
  promotionStageAnnotation,
] as const;

/** Namespace of the stage with which the service goes; copies of it elsewhere do not. */
export const reclaimAnnotation = 'platform.serval.dev/promotion-reclaim';

/** Not for Pods, which would be made anew when they change. */
export const serviceOnlyAnnotations = [...promotionAnnotations, reclaimAnnotation] as const;

/** Under which services are written, as `metadata.managedFields` tell. */
export const promotionFieldManager = 'serval-promotion';
