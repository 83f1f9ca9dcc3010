import type { GatewayClass } from '@serval/kube/objects';
import { fieldOfFeature, type GatewayFeature, gatewayFeatures } from './features.ts';
import { type Implementation, implementationOf } from './implementations.ts';
import { hasField, type InstalledGatewayApi, nameOfApi } from './installed-api.ts';
import { isOlderRelease } from './releases.ts';

/** Whether a feature may be used, and who says so. */
interface Support {
  readonly supported: boolean;
  readonly said: 'definitions' | 'class' | 'table' | 'nobody';
  /** For a person: `GatewayClass kong does not support it`. */
  readonly why: string;
}

/** What routes of services may make use of. */
export interface GatewayCapabilities {
  readonly api: InstalledGatewayApi;
  readonly implementation: Implementation | undefined;
  /** Whether there is a class at all: without one nothing that is lost is worth telling. */
  readonly known: boolean;
  readonly features: Readonly<Record<GatewayFeature, Support>>;
}

/**
 * Puts together, in this order: what the definitions have no field for cannot be written; what the class publishes is believed; then the
 * table of implementations, by the release in the class's label `app.kubernetes.io/version` where it has one and the newest otherwise. Of a
 * controller that nobody knows only Core is used.
 */
export function capabilitiesOf(api: InstalledGatewayApi, gatewayClass: GatewayClass | undefined): GatewayCapabilities {
  const implementation = implementationOf(gatewayClass?.spec.controllerName);
  const published = new Set((gatewayClass?.status?.supportedFeatures ?? []).map(nameOfFeature));
  const supportOf = (feature: GatewayFeature): Support => {
    const field = fieldOfFeature[feature];
    if (field && !hasField(api, field.kind, field.path)) {
      const what = api.schemas.has(field.kind) ? `${field.kind}.${field.path.join('.')}` : `${field.kind} v1`;
      return { supported: false, said: 'definitions', why: `${nameOfApi(api)} has no ${what}` };
    }
    if (!gatewayClass) return { supported: false, said: 'nobody', why: 'there is no GatewayClass yet' };
    const name = `GatewayClass ${gatewayClass.metadata.name}`;
    if (published.size > 0) {
      const supported = published.has(feature);
      return { supported, said: 'class', why: `${name} ${supported ? 'publishes' : 'does not publish'} ${feature}` };
    }
    if (!implementation) {
      const why = `${name} does not say what it supports, and nothing is known of ${gatewayClass.spec.controllerName}`;
      return { supported: false, said: 'nobody', why };
    }
    return fromTable(implementation, feature, gatewayClass.metadata.labels?.['app.kubernetes.io/version']);
  };
  return {
    api,
    implementation,
    known: gatewayClass !== undefined,
    features: Object.fromEntries(gatewayFeatures.map((feature) => [feature, supportOf(feature)])) as Record<
      GatewayFeature,
      Support
    >,
  };
}

function fromTable(
  { product, features }: Implementation,
  feature: GatewayFeature,
  version: string | undefined,
): Support {
  const since = features[feature];
  if (since === undefined) {
    return { supported: false, said: 'table', why: `${product} does not support ${feature}` };
  }
  if (since !== '' && version && isOlderRelease(version, since)) {
    return { supported: false, said: 'table', why: `${product} ${version} does not support ${feature}; ${since} does` };
  }
  return { supported: true, said: 'table', why: `${product} supports ${feature}` };
}

function nameOfFeature(feature: { name: string } | string): string {
  return typeof feature === 'string' ? feature : feature.name;
}
