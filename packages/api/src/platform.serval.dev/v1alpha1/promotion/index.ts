export { promotions, promotionV1alpha1 } from './resource.ts';
export type * from './types.ts';
export { validatePromotion } from './validate.ts';
