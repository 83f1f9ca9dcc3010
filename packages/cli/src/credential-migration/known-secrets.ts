import { createHash } from 'node:crypto';
import type { Secret } from '@serval/kube/objects';
import { type PullContent, readPullSecret, type SecretReference, type Source } from '@serval/operator/credentials';

export type SecretRead = { state: 'read'; secret: Secret } | { state: 'refused' };

/** Secrets as far as they could be read, by `NAMESPACE/NAME`; those that do not exist are missing. */
export type SecretsRead = ReadonlyMap<string, SecretRead>;

/** The same Secrets, each looked into once. */
export interface KnownSecrets {
  names(): readonly string[];
  /** Absent: it does not exist. */
  state(name: string): SecretRead['state'] | undefined;
  /** Undefined where it is not known. */
  secret(name: string): Secret | undefined;
  /** As kubelets read it. */
  pull(name: string): Source<PullContent> | undefined;
  /** The same for Secrets that hold the same. Stays inside of one run: whoever sees it could try passwords against it. */
  content(name: string): string | undefined;
  /** With copies. */
  with(copies: readonly { readonly from: SecretReference; readonly to: SecretReference }[]): KnownSecrets;
}

/** Annotations of Secrets that are part of what a store is opened with (KServe: endpoint, region and the like). */
export const storeAnnotationPrefix = 'serving.kserve.io/';

export function createKnownSecrets(secrets: SecretsRead): KnownSecrets {
  const pulls = new Map<Secret, Source<PullContent>>();
  const contents = new Map<Secret, string>();
  const knownAs = (read: SecretsRead): KnownSecrets => {
    const secret = (name: string): Secret | undefined => {
      const found = read.get(name);
      return found?.state === 'read' ? found.secret : undefined;
    };
    return {
      names: () => [...read.keys()],
      state: (name) => read.get(name)?.state,
      secret,
      pull: (name) => once(pulls, secret(name), readPullSecret),
      content: (name) => once(contents, secret(name), contentOf),
      with(copies) {
        const found = copies.flatMap(({ from, to }) => {
          const source = read.get(`${from.namespace}/${from.name}`);
          return source ? [[`${to.namespace}/${to.name}`, source] as const] : [];
        });
        return knownAs(new Map([...read, ...found]));
      },
    };
  };
  return knownAs(secrets);
}

/** Pull secrets that say the same in another form are equal. */
export function contentOf(secret: Secret): string {
  const source = readPullSecret(secret);
  const content =
    source.state === 'ready'
      ? source.auths.map(({ key, credential }) => [key, credential] as const)
      : [
          ...Object.entries(secret.data ?? {}),
          ...Object.entries(secret.metadata.annotations ?? {}).filter(([key]) => key.startsWith(storeAnnotationPrefix)),
        ];
  const sorted = content.toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex');
}

function once<Value>(known: Map<Secret, Value>, secret: Secret | undefined, read: (secret: Secret) => Value) {
  if (!secret) return undefined;
  const value = known.get(secret) ?? read(secret);
  known.set(secret, value);
  return value;
}
