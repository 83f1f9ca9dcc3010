import { type CertificateInfo, type CertificateSource, type Problem, parseStorageConfig } from '@serval/storage/config';
import { type FoundConfigMap, withConfigMaps } from './config-map-lookup.ts';
import type { StorageSecret } from './storage-secret.ts';
import { wayOut } from './way-out.ts';

/** With the command, or the deed, that mends it. */
type CheckedProblem = Problem & { hint?: string };

/** What `check` says of one entry; nothing in it is secret. */
export interface CheckedEntry {
  namespace: string;
  secret: string;
  key: string;
  type: string | undefined;
  certificates: { form: string; field: string; deprecated: boolean; chain: CertificateInfo[] }[];
  /** Of PEM text and ConfigMap; `one half`: the reader of the other has none. Absent where there are no certificates to compare. */
  agrees: 'yes' | 'no' | 'one half' | undefined;
  problems: CheckedProblem[];
}

export interface CheckedSecret {
  namespace: string;
  secret: string;
  entries: CheckedEntry[];
  /** Of the Secret itself. */
  problems: CheckedProblem[];
}

/** Where annotations of the Secret stand among its keys; no key has brackets. */
const annotationsKey = '(annotations)';

export async function checkSecret(
  secret: StorageSecret,
  read: (name: string) => Promise<FoundConfigMap>,
  { now, where }: { now: Date; where: readonly string[] },
): Promise<CheckedSecret> {
  const { namespace, name, data, annotations } = secret;
  const config = await withConfigMaps(
    ({ bundle }) => parseStorageConfig(data, { now, annotations, configMaps: bundle }),
    read,
  );
  const hinted = (problem: Problem): CheckedProblem => {
    const hint = wayOut(problem, { namespace, secret: name, key: problem.key }, where);
    return { ...problem, ...(hint === undefined ? {} : { hint }) };
  };
  const of = (key: string) => (problem: Problem) => hinted({ ...problem, key: problem.key ?? key });
  return {
    namespace,
    secret: name,
    entries: [...config.entries, ...(config.annotated ? [config.annotated] : [])]
      .map((entry) => ({ ...entry, key: entry.key || annotationsKey }))
      .map(({ key, type, certificates, problems }) => ({
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
        agrees: agreement(certificates, type),
        problems: problems.map(of(key)),
      })),
    problems: config.problems.map(hinted),
  };
}

function formOf({ source, reference }: CertificateSource): string {
  return source === 'inline' ? 'inline' : `${source === 'path' ? 'path' : 'ConfigMap'} ${reference ?? ''}`.trimEnd();
}

function agreement(sources: readonly CertificateSource[], type: string | undefined): CheckedEntry['agrees'] {
  const prints = sources
    .filter(({ chain }) => chain.length > 0)
    .map(({ chain }) => [...new Set(chain.map(({ fingerprint }) => fingerprint))].toSorted().join());
  if (prints.length >= 2) return prints.every((print) => print === prints[0]) ? 'yes' : 'no';
  const isInline = sources.some(({ source }) => source === 'inline');
  const isReferred = sources.some(({ source }) => source !== 'inline');
  return sources.length > 0 && type === 's3' && isInline !== isReferred ? 'one half' : undefined;
}
