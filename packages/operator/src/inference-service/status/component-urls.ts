import type { ComponentStatus, InferenceService, InferenceServiceStatus } from '@serval/api';
import type { Gateway } from '@serval/kube/objects';
import type { ServingConfig } from '../../config/serving-config.ts';
import { clusterHost, componentName } from '../../names.ts';
import type { Component } from '../render/component.ts';
import { externalHost, isExternal } from '../render/hosts.ts';
import { externalUrl } from './urls.ts';

/**
 * Where a service and each of its components are reached: by `url` from outside (from inside when there is no outside), by
 * `address` from inside. Predictions go to the transformer where there is one.
 */
export function componentUrls(
  service: InferenceService,
  gateway: Gateway | undefined,
  components: readonly Component[],
  config: ServingConfig,
): Pick<InferenceServiceStatus, 'url' | 'address' | 'components'> {
  const name = service.metadata.name ?? '';
  const outside = (host: string) =>
    isExternal(service, config) ? externalUrl(externalHost(host, service, config), gateway, config) : undefined;
  const inside = (component: Component) => ({ url: `http://${clusterHost(component.name, component.namespace)}` });
  const statusOf = (component: Component): ComponentStatus => ({
    url: outside(componentName(name, component.kind)) ?? inside(component).url,
    address: inside(component),
  });
  const front =
    components.find(({ kind }) => kind === 'transformer') ?? components.find(({ kind }) => kind === 'predictor');
  const address = front && inside(front);
  return {
    ...(address ? { url: outside(name) ?? address.url, address } : {}),
    components: Object.fromEntries(components.map((component) => [component.kind, statusOf(component)])),
  };
}
