import type { KubeObject } from './meta.ts';
import { defineResource } from './resource.ts';

export interface IngressPath {
  path?: string;
  pathType: 'Exact' | 'Prefix' | 'ImplementationSpecific';
  backend: { service: { name: string; port: { number?: number; name?: string } } };
}

/** `networking.k8s.io/v1`: the fields that Serval reads or writes. */
export interface Ingress extends KubeObject {
  spec: {
    ingressClassName?: string;
    rules?: { host?: string; http?: { paths: IngressPath[] } }[];
  };
  status?: { loadBalancer?: { ingress?: { ip?: string; hostname?: string }[] } };
}

export const ingresses = defineResource<Ingress>({
  group: 'networking.k8s.io',
  version: 'v1',
  plural: 'ingresses',
  kind: 'Ingress',
  namespaced: true,
});
