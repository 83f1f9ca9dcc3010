import type { StoreKind } from '@serval/api';
import type { Secret } from '@serval/kube/objects';
import type { ServingConfig } from '../../config/serving-config.ts';
import type { Part } from '../part.ts';
import { azureSecret } from './azure.ts';
import { gcsFiles, gcsSecret } from './gcs.ts';
import { hdfsFiles, hdfsSecret } from './hdfs.ts';
import { httpsSecret } from './https.ts';
import { s3Secret } from './s3.ts';
import { huggingFaceSecret, modelScopeSecret } from './tokens.ts';

interface Form {
  readonly store: StoreKind;
  readonly read: (secret: Secret, config: ServingConfig) => Part | undefined;
  /** Keys that are mounted as files. */
  readonly files?: (secret: Secret, config: ServingConfig) => readonly string[];
}

const forms: readonly Form[] = [
  { store: 's3', read: s3Secret },
  { store: 'gs', read: gcsSecret, files: gcsFiles },
  { store: 'azure', read: azureSecret },
  { store: 'http', read: httpsSecret },
  { store: 'hdfs', read: hdfsSecret, files: hdfsFiles },
  { store: 'hf', read: huggingFaceSecret },
  { store: 'other', read: modelScopeSecret },
];

/** What a Secret opens. */
export interface SecretPart extends Part {
  readonly store: StoreKind;
  /** Keys that its volume has as files. */
  readonly files: readonly string[];
}

/** What a Secret opens, by the names of its keys. KServe takes the first form that fits; here one Secret may have several. */
export function partsOfSecret(secret: Secret, config: ServingConfig): SecretPart[] {
  return forms.flatMap(({ store, read, files }) => {
    const part = read(secret, config);
    return part ? [{ ...part, store, files: files?.(secret, config) ?? [] }] : [];
  });
}
