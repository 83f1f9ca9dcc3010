export { compileEndpoints } from './endpoints/endpoint-table.ts';
export { defaultLimits, type Limits } from './proxy/limits.ts';
export { PortError } from './proxy/listen.ts';
export type { Observation, Observe } from './proxy/observe.ts';
export { compileRoutes } from './routes/compile.ts';
export { match } from './routes/match.ts';
export type { GatewayModel } from './routes/model.ts';
export { type GatewayOptions, type RunningGateway, startGateway } from './start-gateway.ts';
