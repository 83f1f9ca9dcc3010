import type { Secret } from '@serval/kube/objects';
import type { ServingConfig } from '../../config/serving-config.ts';
import type { Part } from '../part.ts';
import { azureSecret } from './azure.ts';
import { gcsSecret } from './gcs.ts';
import { hdfsSecret } from './hdfs.ts';
import { httpsSecret } from './https.ts';
import { s3Secret } from './s3.ts';
import { tokenSecret } from './tokens.ts';

const forms: readonly ((secret: Secret, config: ServingConfig) => Part | undefined)[] = [
  s3Secret,
  gcsSecret,
  azureSecret,
  httpsSecret,
  hdfsSecret,
  tokenSecret,
];

/** What a Secret opens, by the names of its keys. KServe takes the first form that fits; here one Secret may have several. */
export function partsOfSecret(secret: Secret, config: ServingConfig): Part[] {
  return forms.flatMap((form) => form(secret, config) ?? []);
}
