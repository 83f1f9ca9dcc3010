export { localModelNodeGroups, localModelNodeGroupV1alpha1 } from './resource.ts';
export type * from './types.ts';
export { validateLocalModelNodeGroup } from './validate.ts';
