import { type CertificateInfo, type CertificateSource, type Problem, parseStorageConfig } from '@serval/storage/config';
import { type FoundConfigMap, withConfigMaps } from './config-map-lookup.ts';
import type { StorageSecret } from './storage-secret.ts';

/** What `check` says of one entry; nothing in it is secret. */
export interface CheckedEntry {
  namespace: string;
  secret: string;
  key: string;
  type: string | undefined;
  certificates: { form: string; field: string; deprecated: boolean; chain: CertificateInfo[] }[];
  /** `undefined` where there are not two to compare. */
  agrees: boolean | undefined;
  problems: Problem[];
}

export interface CheckedSecret {
  namespace: string;
  secret: string;
  entries: CheckedEntry[];
  /** Of the Secret itself. */
  problems: Problem[];
}

export async function checkSecret(
  secret: StorageSecret,
  read: (name: string) => Promise<FoundConfigMap>,
  now: Date,
): Promise<CheckedSecret> {
  const { namespace, name, data } = secret;
  const config = await withConfigMaps(({ bundle }) => parseStorageConfig(data, { now, configMaps: bundle }), read);
  const of =
    (key: string) =>
    (problem: Problem): Problem => ({ ...problem, key: problem.key ?? key });
  return {
    namespace,
    secret: name,
    entries: config.entries.map(({ key, type, certificates, problems }) => ({
      namespace,
      secret: name,
      key,
      type,
      certificates: certificates.map((source) => ({
        form: formOf(source),
        field: source.field,
        deprecated: source.deprecated,
        chain: source.chain,
      })),
      agrees: agreement(certificates),
      problems: problems.map(of(key)),
    })),
    problems: config.problems,
  };
}

function formOf({ source, reference }: CertificateSource): string {
  return source === 'inline' ? 'inline' : `${source === 'path' ? 'path' : 'ConfigMap'} ${reference ?? ''}`.trimEnd();
}

function agreement(sources: readonly CertificateSource[]): boolean | undefined {
  const prints = sources
    .filter(({ chain }) => chain.length > 0)
    .map(({ chain }) => [...new Set(chain.map(({ fingerprint }) => fingerprint))].toSorted().join());
  return prints.length < 2 ? undefined : prints.every((print) => print === prints[0]);
}
