export * from './core.ts';
export * from './gateway-api.ts';
export * from './meta.ts';
export * from './pod.ts';
export * from './resource.ts';
export * from './status-error.ts';
export * from './workloads.ts';
