import type { Secret } from '@serval/kube/objects';
import {
  type DockerConfigFormat,
  parseDockerConfig,
  type RegistryCredential,
} from '@serval/storage/registry-credentials';
import type { FailedSource, Source } from '../sources/source.ts';

/** What a pull Secret holds. */
export interface PullContent {
  readonly auths: readonly Auth[];
}

/** One entry of a docker config. */
interface Auth {
  readonly key: string;
  readonly credential: RegistryCredential;
}

/** Types of Secrets that kubelets take (Kubernetes, "Docker config Secrets"). */
const formats: Readonly<Record<string, { field: string; format: DockerConfigFormat }>> = {
  'kubernetes.io/dockerconfigjson': { field: '.dockerconfigjson', format: 'dockerconfigjson' },
  'kubernetes.io/dockercfg': { field: '.dockercfg', format: 'dockercfg' },
};

/** Reads a pull Secret. Nothing of it is used when the kubelet would refuse it; no message shows a value. */
export function readPullSecret({ metadata, type, data }: Secret): Source<PullContent> {
  const name = `Secret ${metadata.namespace}/${metadata.name}`;
  const known = formats[type ?? ''];
  if (!known) {
    const message = `${name} is of type ${type ?? 'Opaque'}; a pull Secret is of type ${Object.keys(formats).join(' or ')}`;
    return { state: 'failed', reason: 'WrongType', message };
  }
  const malformed = (why: string): FailedSource => ({
    state: 'failed',
    reason: 'MalformedDockerConfig',
    message: `${name}: ${known.field} ${why}`,
  });
  const encoded = data?.[known.field];
  if (encoded === undefined) return malformed('is missing');
  const { entries, problems, helpers } = parseDockerConfig(
    Buffer.from(encoded, 'base64').toString('utf8'),
    known.format,
    name,
  );
  const refused = problems.find(({ effect }) => effect === 'refused');
  if (refused) return malformed(refused.key === undefined ? refused.message : `"${refused.key}" ${refused.message}`);
  const auths = entries.filter(({ credential }) => !isBlank(credential));
  if (auths.length > 0) {
    return { state: 'ready', revision: metadata.resourceVersion ?? '', uid: metadata.uid ?? '', auths };
  }
  if (helpers.length > 0)
    return malformed('names credential helpers only, which are programs of the machine it is from');
  return malformed(entries.length > 0 ? 'has entries without user, password and token only' : 'has no entries');
}

function isBlank({ username, password, identityToken, registryToken }: RegistryCredential): boolean {
  return !username && !password && !identityToken && !registryToken;
}
