import type { Gateway } from '@serval/kube/objects';
import type { ServingConfig } from '../../config/serving-config.ts';

const defaultPorts = { http: 80, https: 443 } as const;

/** The URL of a host behind the Gateway; its listener's port is told when the scheme does not imply it. Behind an Ingress, nothing tells of another port. */
export function externalUrl(host: string, gateway: Gateway | undefined, { ingress }: ServingConfig): string {
  const scheme = ingress.urlScheme;
  const protocol = scheme.toUpperCase();
  const listener = (ingress.enableGatewayApi ? gateway : undefined)?.spec.listeners.find(
    (candidate) => candidate.protocol === protocol,
  );
  const port = listener?.port ?? defaultPorts[scheme];
  return `${scheme}://${host}${port === defaultPorts[scheme] ? '' : `:${port}`}`;
}
