export { applyServerSide } from './apply.ts';
export { trackUpdate } from './track-update.ts';
