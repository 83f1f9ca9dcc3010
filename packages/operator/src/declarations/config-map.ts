import type { ConfigMap } from '@serval/kube/objects';
import { configMapName, defaultServingConfig } from '../config/serving-config.ts';

export interface ConfigMapOptions {
  namespace: string;
  /** `namespace/name`, or the name of one in the same namespace. */
  gateway: string;
  /** Default `localhost`. */
  ingressDomain?: string;
}

/** The configuration that a fresh installation gets: what differs from place to place. All else has its default. */
export function servingConfigMap({ namespace, gateway, ingressDomain }: ConfigMapOptions): ConfigMap {
  const { deploy, ingress } = defaultServingConfig;
  const written = {
    deploy: { defaultDeploymentMode: deploy.defaultDeploymentMode },
    // By the alphabet, as Helm writes JSON.
    ingress: {
      domainTemplate: ingress.domainTemplate,
      enableGatewayApi: ingress.enableGatewayApi,
      ingressDomain: ingressDomain ?? ingress.ingressDomain,
      kserveIngressGateway: gateway,
      urlScheme: ingress.urlScheme,
    },
  };
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace, name: configMapName, labels: { 'app.kubernetes.io/part-of': 'serval' } },
    data: Object.fromEntries(
      Object.entries(written).map(([section, value]) => [section, JSON.stringify(value, null, 2)]),
    ),
  };
}
