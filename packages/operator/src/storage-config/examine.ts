import type { Secret } from '@serval/kube/objects';
import { type Problem, parseStorageConfig, type StorageConfig } from '@serval/storage/config';
import { isDeprecatedUse, problemsOf } from './deprecated-uses.ts';
import { secretTexts } from './secret-texts.ts';

/** One certificate that an entry makes its readers trust. */
interface ExaminedCertificate {
  readonly key: string;
  /** `field certificate`, `ConfigMap minio-ca`: where it stands. */
  readonly place: string;
  readonly subject: string;
  readonly fingerprint: string;
  readonly endMs: number;
}

/** All that is told about one Secret. Holds no text of it besides names, subjects and dates. */
export interface Examination {
  readonly namespace: string;
  readonly name: string;
  readonly problems: readonly Problem[];
  readonly certificates: readonly ExaminedCertificate[];
  /** Places that the move to one form leaves behind. */
  readonly uses: readonly { readonly key: string; readonly field: string }[];
}

/** Names of the ConfigMaps that the entries refer to. */
export function referredConfigMaps({ entries }: StorageConfig): string[] {
  const named = entries.flatMap(({ certificates }) =>
    certificates.flatMap(({ source, reference }) => (source === 'configMap' && reference ? [reference] : [])),
  );
  return [...new Set(named)];
}

export function parseSecret(
  secret: Secret,
  now: Date,
  configMaps?: (name: string) => string | undefined,
): StorageConfig {
  return parseStorageConfig(secretTexts(secret), { now, configMaps });
}

export function examine({ metadata }: Secret, config: StorageConfig): Examination {
  const problems = problemsOf(config);
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name ?? '',
    problems,
    certificates: config.entries.flatMap(({ key, certificates }) =>
      certificates.flatMap(({ source, field, reference, chain }) =>
        chain.map(({ subject, fingerprint, notAfter }) => ({
          key,
          place: source === 'configMap' ? `ConfigMap ${reference}` : `field ${field}`,
          subject,
          fingerprint,
          endMs: Date.parse(notAfter),
        })),
      ),
    ),
    uses: problems.filter(isDeprecatedUse).map(({ key = '', field = '' }) => ({ key, field })),
  };
}
