import type { CredentialGrant, CredentialGrantStatus, Pipeline } from '@serval/api';
import type { Secret } from '@serval/kube/objects';
import { conditionsFrom } from '../../conditions/conditions-from.ts';
import { readPullSecret } from '../registry/source-secret.ts';
import { conditionOf } from '../status/conditions.ts';
import { readStorageSecret } from '../storage/storage-sources.ts';
import { grantUsers } from './grant-users.ts';

export interface ObservedGrant {
  readonly grant: CredentialGrant;
  /** Secrets that it names, by name: undefined for one that is not there, and why for one that the operator may not read. */
  readonly secrets: ReadonlyMap<string, Secret | { readonly refusal: string } | undefined>;
  /** Those that it names. */
  readonly pipelines: readonly Pipeline[];
}

/** The status of a grant. Pure; `now` (RFC 3339) is written only where a condition changes. */
export function grantStatusFrom(observed: ObservedGrant, now: string): CredentialGrantStatus {
  const { grant, pipelines } = observed;
  const usedBy = grantUsers(grant, pipelines);
  const named = usedBy.map(({ namespace, name, stages }) => `${namespace}/${name} (${stages.join(', ')})`);
  const results = {
    Ready: conditionOf(problemsOf(observed), 'Ready'),
    InUse: {
      status: usedBy.length > 0 ? 'True' : 'False',
      reason: usedBy.length > 0 ? 'Referred' : 'NotReferred',
      message: usedBy.length > 0 ? shortened(named) : 'no pipeline that it names refers to what it lends',
    },
  } as const;
  return {
    observedGeneration: grant.metadata.generation ?? 1,
    ...(usedBy.length > 0 ? { usedBy } : {}),
    conditions: conditionsFrom(grant, results, now),
  };
}

const maxNamed = 5;

function shortened(named: readonly string[]): string {
  const more = named.length > maxNamed ? ` and ${named.length - maxNamed} more` : '';
  return `${named.slice(0, maxNamed).join(', ')}${more}`;
}

function problemsOf({ grant, secrets }: ObservedGrant): { reason: string; message: string }[] {
  return grant.spec.to.flatMap(({ name, use }) => {
    const secret = secrets.get(name);
    const called = `Secret ${grant.metadata.namespace}/${name}`;
    if (secret && 'refusal' in secret) return [{ reason: 'SecretForbidden', message: secret.refusal }];
    if (!secret || secret.metadata.deletionTimestamp) {
      return [{ reason: 'SecretNotFound', message: `${called} does not exist` }];
    }
    return use.flatMap((each) => {
      const source = each === 'pull' ? readPullSecret(secret) : readStorageSecret(secret);
      return source.state === 'failed' ? [{ reason: source.reason, message: source.message }] : [];
    });
  });
}
