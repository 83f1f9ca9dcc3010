export { NodeError, type NodeErrorCode } from './errors.ts';
export * from './images/catalogue.ts';
export type { KubeletEndpoint } from './kubelet/serve.ts';
export { type NodeOptions, type RunningNode, startNode } from './node.ts';
export type { PodNetwork } from './pod/network.ts';
export { processTaint, type Scheduling } from './registration/node-object.ts';
