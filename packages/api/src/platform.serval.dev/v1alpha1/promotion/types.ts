import type { KubeObject } from '@serval/kube/objects';
import type { Static } from 'typebox';
import type { approvalSchema, approverSchema, promotionSpecSchema, promotionStatusSchema } from './schema.ts';

export type PromotionApprover = Static<typeof approverSchema>;
export type PromotionApproval = Static<typeof approvalSchema>;
export type PromotionSpec = Static<typeof promotionSpecSchema>;
/** A service as a Promotion keeps it. */
export type KeptService = NonNullable<PromotionStatus['service']>;
export type PromotionStatus = Static<typeof promotionStatusSchema>;

/** The request to bring a service from one stage to another, and afterwards the record of it. */
export interface Promotion extends KubeObject {
  spec: PromotionSpec;
  status?: PromotionStatus;
}
