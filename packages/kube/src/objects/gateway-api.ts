import type { Condition, KubeObject } from './meta.ts';
import { defineResource } from './resource.ts';

/** `gateway.networking.k8s.io/v1`: the fields that Serval reads or writes. */
export interface GatewayClass extends KubeObject {
  spec: { controllerName: string; description?: string };
  status?: {
    conditions?: Condition[];
    /** Names, or objects with one: releases before v1.2 had plain names. */
    supportedFeatures?: ({ name: string } | string)[];
  };
}
export interface Listener {
  name: string;
  hostname?: string;
  port: number;
  protocol: string;
  allowedRoutes?: {
    namespaces?: { from?: 'All' | 'Same' | 'Selector' | 'None'; selector?: import('./workloads.ts').LabelSelector };
    kinds?: { group?: string; kind: string }[];
  };
  tls?: Record<string, unknown>;
}
export interface Gateway extends KubeObject {
  spec: { gatewayClassName: string; listeners: Listener[]; addresses?: { type?: string; value?: string }[] };
  status?: {
    addresses?: { type?: string; value: string }[];
    conditions?: Condition[];
    listeners?: {
      name: string;
      attachedRoutes: number;
      supportedKinds: { group?: string; kind: string }[];
      conditions: Condition[];
    }[];
  };
}
export interface ParentReference {
  group?: string;
  kind?: string;
  namespace?: string;
  name: string;
  sectionName?: string;
  port?: number;
}
export interface HttpHeader {
  name: string;
  value: string;
}
export interface HttpRouteMatch {
  path?: { type?: 'Exact' | 'PathPrefix' | 'RegularExpression'; value?: string };
  headers?: { type?: 'Exact' | 'RegularExpression'; name: string; value: string }[];
  queryParams?: { type?: 'Exact' | 'RegularExpression'; name: string; value: string }[];
  method?: string;
}
export interface HeaderFilter {
  set?: HttpHeader[];
  add?: HttpHeader[];
  remove?: string[];
}
export interface HttpPathModifier {
  type: 'ReplaceFullPath' | 'ReplacePrefixMatch';
  replaceFullPath?: string;
  replacePrefixMatch?: string;
}
export interface HttpRouteFilter {
  type:
    | 'RequestHeaderModifier'
    | 'ResponseHeaderModifier'
    | 'RequestRedirect'
    | 'URLRewrite'
    | 'RequestMirror'
    | 'ExtensionRef'
    | 'CORS';
  requestHeaderModifier?: HeaderFilter;
  responseHeaderModifier?: HeaderFilter;
  requestRedirect?: {
    scheme?: string;
    hostname?: string;
    path?: HttpPathModifier;
    port?: number;
    statusCode?: number;
  };
  urlRewrite?: { hostname?: string; path?: HttpPathModifier };
}
export interface BackendRef {
  group?: string;
  kind?: string;
  namespace?: string;
  name: string;
  port?: number;
  /** Default 1; 0 takes no traffic. */
  weight?: number;
}
export interface HttpBackendRef extends BackendRef {
  filters?: HttpRouteFilter[];
}
export interface HttpRouteRule {
  name?: string;
  matches?: HttpRouteMatch[];
  filters?: HttpRouteFilter[];
  backendRefs?: HttpBackendRef[];
  /** Gateway API durations such as `30s`, `500ms`, `1h30m`; `0s` means none. */
  timeouts?: { request?: string; backendRequest?: string };
}
export interface RouteParentStatus {
  parentRef: ParentReference;
  controllerName: string;
  conditions: Condition[];
}
export interface HttpRoute extends KubeObject {
  spec: { parentRefs?: ParentReference[]; hostnames?: string[]; rules?: HttpRouteRule[] };
  status?: { parents: RouteParentStatus[] };
}
export interface GrpcRouteRule {
  name?: string;
  matches?: {
    method?: { type?: 'Exact' | 'RegularExpression'; service?: string; method?: string };
    headers?: HttpRouteMatch['headers'];
  }[];
  filters?: Pick<HttpRouteFilter, 'type' | 'requestHeaderModifier' | 'responseHeaderModifier'>[];
  backendRefs?: HttpBackendRef[];
}
export interface GrpcRoute extends KubeObject {
  spec: { parentRefs?: ParentReference[]; hostnames?: string[]; rules?: GrpcRouteRule[] };
  status?: { parents: RouteParentStatus[] };
}
export interface ReferenceGrant extends KubeObject {
  spec: {
    from: { group: string; kind: string; namespace: string }[];
    to: { group: string; kind: string; name?: string }[];
  };
}

const group = 'gateway.networking.k8s.io';
export const gatewayClasses = defineResource<GatewayClass>({
  group,
  version: 'v1',
  plural: 'gatewayclasses',
  kind: 'GatewayClass',
  namespaced: false,
});
export const gateways = defineResource<Gateway>({
  group,
  version: 'v1',
  plural: 'gateways',
  kind: 'Gateway',
  namespaced: true,
});
export const httpRoutes = defineResource<HttpRoute>({
  group,
  version: 'v1',
  plural: 'httproutes',
  kind: 'HTTPRoute',
  namespaced: true,
});
export const grpcRoutes = defineResource<GrpcRoute>({
  group,
  version: 'v1',
  plural: 'grpcroutes',
  kind: 'GRPCRoute',
  namespaced: true,
});
export const referenceGrants = defineResource<ReferenceGrant>({
  group,
  version: 'v1beta1',
  plural: 'referencegrants',
  kind: 'ReferenceGrant',
  namespaced: true,
});
