export { localModelNodes, localModelNodeV1alpha1 } from './resource.ts';
export type * from './types.ts';
export { validateLocalModelNode } from './validate.ts';
