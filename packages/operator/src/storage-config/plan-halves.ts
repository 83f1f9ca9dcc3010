import type { ConfigMap, Secret } from '@serval/kube/objects';
import {
  MAX_ENTRY_BYTES,
  openJsonMembers,
  readCertificates,
  type StorageConfig,
  type StorageEntry,
} from '@serval/storage/config';
import { partOfLabels } from '../declarations/installed-names.ts';
import { bundleKey } from '../names.ts';
import { caBundleLabel, halfSourceAnnotation } from './names.ts';
import { secretTexts } from './secret-texts.ts';

export interface HalvesPlan {
  /** Keys of the Secret with their new texts. */
  readonly texts: Readonly<Record<string, string>>;
  readonly created: readonly ConfigMap[];
  readonly patched: readonly { readonly live: ConfigMap; readonly pem: string }[];
  /** Why something is not kept equal. No text of the Secret is in them. */
  readonly problems: readonly string[];
}

interface Draft {
  texts: Record<string, string>;
  created: ConfigMap[];
  patched: { live: ConfigMap; pem: string }[];
  problems: string[];
}

/**
 * What makes one half of each certificate equal to the other, as the Secret's annotation says which half leads:
 * `configmap/NAME` (say, of trust-manager): entries that name it get its certificates as `certificate`;
 * `inline`: ConfigMaps that entries name get what their `certificate` holds, if Serval made them or they are annotated `secret/NAME`.
 * Halves with the same certificates are equal, however they are written. Without the annotation nothing is planned.
 */
export function planHalves(
  secret: Secret,
  config: StorageConfig,
  configMaps: ReadonlyMap<string, ConfigMap | undefined>,
  now: Date,
): HalvesPlan {
  const draft: Draft = { texts: {}, created: [], patched: [], problems: [] };
  const written = secret.metadata.annotations?.[halfSourceAnnotation];
  if (written === undefined) return draft;
  const [kind, name = ''] = written.split('/', 2);
  if (written === 'inline') followInline(draft, secret, config, configMaps, now);
  else if (kind === 'configmap' && name !== '') followConfigMap(draft, secret, config, configMaps.get(name), name, now);
  else draft.problems.push(`annotation ${halfSourceAnnotation} must be inline or configmap/NAME`);
  return draft;
}

function followConfigMap(
  draft: Draft,
  secret: Secret,
  config: StorageConfig,
  source: ConfigMap | undefined,
  name: string,
  now: Date,
) {
  const where = `ConfigMap ${secret.metadata.namespace}/${name}`;
  const pem = source?.data?.[bundleKey];
  if (pem === undefined) {
    draft.problems.push(`${where} ${source ? `has no key ${bundleKey}` : 'is not there'}; entries stay as they are`);
    return;
  }
  const read = readCertificates(pem, `${where}, key ${bundleKey}`, now);
  const fault = read.problems.find(({ severity }) => severity === 'error');
  if (fault || read.chain.length === 0) {
    draft.problems.push(`${fault?.message ?? `${where} holds no certificate`}; entries stay as they are`);
    return;
  }
  const texts = secretTexts(secret);
  for (const entry of config.entries) {
    if (configMapOf(entry) !== name) continue;
    const inline = entry.certificates.find(({ source }) => source === 'inline');
    if (inline && same(inline.chain, read.chain)) continue;
    if (inline ? inline.field !== 'certificate' : entry.fields['certificate'] !== undefined) {
      draft.problems.push(
        `key ${entry.key}: field certificate holds something else than PEM text; migrate the Secret first`,
      );
      continue;
    }
    const members = openJsonMembers(texts[entry.key] ?? '');
    if (!members) continue;
    members.set('certificate', read.pem);
    const bytes = Buffer.byteLength(members.text());
    if (bytes <= MAX_ENTRY_BYTES) draft.texts[entry.key] = members.text();
    else {
      draft.problems.push(
        `key ${entry.key} would have ${bytes} bytes with the certificates of ${where}, and Pods of it could not start: at most ${MAX_ENTRY_BYTES} fit into their environment; leave out authorities that this storage does not need`,
      );
    }
  }
}

function followInline(
  draft: Draft,
  secret: Secret,
  config: StorageConfig,
  configMaps: ReadonlyMap<string, ConfigMap | undefined>,
  now: Date,
) {
  const { namespace = '', name: secretName = '', uid = '' } = secret.metadata;
  const wanted = new Map<string, { pem: string; chain: readonly { fingerprint: string }[]; key: string }>();
  for (const entry of config.entries) {
    const name = configMapOf(entry);
    const inline = entry.certificates.find(({ source }) => source === 'inline');
    if (!name || !inline?.pem) continue;
    const { problems } = readCertificates(inline.pem, `key ${entry.key}, field ${inline.field}`, now);
    const fault = problems.find(({ severity }) => severity === 'error');
    const other = wanted.get(name);
    if (fault) draft.problems.push(`${fault.message}; ConfigMap ${name} stays as it is`);
    else if (other && !same(other.chain, inline.chain)) {
      draft.problems.push(`keys ${other.key} and ${entry.key} name ConfigMap ${name} and hold different certificates`);
      wanted.delete(name);
    } else wanted.set(name, { pem: inline.pem, chain: inline.chain, key: entry.key });
  }
  for (const [name, { pem, chain }] of wanted) {
    const live = configMaps.get(name);
    if (!live) {
      draft.created.push({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: {
          namespace,
          name,
          labels: { ...partOfLabels, [caBundleLabel]: 'true' },
          annotations: { [halfSourceAnnotation]: `secret/${secretName}` },
          ownerReferences: [{ apiVersion: 'v1', kind: 'Secret', name: secretName, uid }],
        },
        data: { [bundleKey]: pem },
      });
      continue;
    }
    const there = live.data?.[bundleKey] ?? '';
    if (there === pem || same(readCertificates(there, name, now).chain, chain)) continue;
    if (live.metadata.annotations?.[halfSourceAnnotation] === `secret/${secretName}`) draft.patched.push({ live, pem });
    else {
      draft.problems.push(
        `ConfigMap ${namespace}/${name} differs and is somebody else's; to have it follow, annotate it with ${halfSourceAnnotation}=secret/${secretName}`,
      );
    }
  }
}

function configMapOf({ certificates }: StorageEntry): string | undefined {
  return certificates.find(({ source }) => source === 'configMap')?.reference;
}

function same(one: readonly { fingerprint: string }[], other: readonly { fingerprint: string }[]): boolean {
  return one.length === other.length && one.every(({ fingerprint }, at) => fingerprint === other[at]?.fingerprint);
}
