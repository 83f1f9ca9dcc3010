import { defaultServingConfig, type ServingConfig } from './serving-config.ts';

type Optional = { readonly [S in keyof ServingConfig]?: readonly (keyof ServingConfig[S])[] };

/** Keys without a default, which a list of the defaults does not show. */
const optional: Optional = {
  ingress: ['additionalIngressDomains'],
  storageInitializer: ['caBundleConfigMapName', 'caBundleVolumeMountPath'],
};

/** Keys of each section of the configuration that this release acts on. */
export const knownSettings: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.entries(defaultServingConfig).map(([section, defaults]) => [
    section,
    [...Object.keys(defaults as object), ...(optional[section as keyof ServingConfig] ?? [])],
  ]),
);
