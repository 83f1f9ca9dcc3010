export { type ApplyInput, applyServerSide } from './apply.ts';
export { trackUpdate, type UpdateInput } from './track-update.ts';
