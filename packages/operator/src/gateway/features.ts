/**
 * Features beyond Core that routes of services make use of, by the names of the Gateway API (`pkg/features`), which GatewayClasses publish in
 * `status.supportedFeatures`.
 */
export const gatewayFeatures = [
  'HTTPRouteRequestTimeout',
  'HTTPRouteBackendTimeout',
  'HTTPRoutePathRewrite',
  'HTTPRouteBackendProtocolH2C',
  'GRPCRoute',
  'GatewayInfrastructurePropagation',
] as const;
export type GatewayFeature = (typeof gatewayFeatures)[number];

/** Where a definition must have a field for the feature to be written at all. */
export const fieldOfFeature: Readonly<Partial<Record<GatewayFeature, { kind: string; path: readonly string[] }>>> = {
  HTTPRouteRequestTimeout: { kind: 'HTTPRoute', path: ['spec', 'rules', 'timeouts', 'request'] },
  HTTPRouteBackendTimeout: { kind: 'HTTPRoute', path: ['spec', 'rules', 'timeouts', 'backendRequest'] },
  HTTPRoutePathRewrite: {
    kind: 'HTTPRoute',
    path: ['spec', 'rules', 'filters', 'urlRewrite', 'path', 'replacePrefixMatch'],
  },
  GRPCRoute: { kind: 'GRPCRoute', path: ['spec', 'rules', 'backendRefs'] },
  GatewayInfrastructurePropagation: { kind: 'Gateway', path: ['spec', 'infrastructure'] },
};
