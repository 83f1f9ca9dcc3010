import { sections } from './sections/index.ts';
import { defaultsOf, type ValuesOf } from './setting.ts';

/** The platform's configuration: ConfigMap `inferenceservice-config`, typed. Key names inside are KServe's. */
export type ServingConfig = { readonly [S in keyof typeof sections]: ValuesOf<(typeof sections)[S]> };

export type { S3Config } from './sections/credentials.ts';

export const configMapName = 'inferenceservice-config';
export const defaultNamespace = 'serval-system';
export const defaultGatewayName = 'serval-gateway';

export const defaultServingConfig = Object.fromEntries(
  Object.entries(sections).map(([name, fields]) => [name, defaultsOf(fields)]),
) as unknown as ServingConfig;
