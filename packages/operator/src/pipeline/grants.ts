import type { CredentialGrant, CredentialUse } from '@serval/api';
import type { SecretReference } from './layers.ts';

/** A stage that refers to a credential. */
export interface Referrer {
  readonly pipeline: SecretReference;
  readonly stage: string;
}

/** The grant by which a stage may use a Secret of another namespace, if there is one: it lies beside the Secret, and names both. */
export function grantFor(
  grants: readonly CredentialGrant[],
  secret: SecretReference,
  { pipeline, stage }: Referrer,
  use: CredentialUse,
): CredentialGrant | undefined {
  return grants.find(
    ({ metadata, spec }) =>
      metadata.namespace === secret.namespace &&
      !metadata.deletionTimestamp &&
      spec.to.some(({ kind, name, use: uses }) => kind === 'Secret' && name === secret.name && uses.includes(use)) &&
      spec.from.some(
        ({ kind, namespace, name, stages }) =>
          kind === 'Pipeline' &&
          namespace === pipeline.namespace &&
          name === pipeline.name &&
          (stages === undefined || stages.includes(stage)),
      ),
  );
}
