import type { OperatorDuties } from '@serval/operator/declarations';
import type { CertificateMode, Restriction } from '../variant.ts';

/**
 * What an installation is made of. With webhooks but without certificates it is not whole: Kustomize needs that step between, where
 * everything stands that both ways of certificates share.
 */
export interface Parts {
  readonly namespace: string;
  readonly webhooks: boolean;
  readonly certificates?: CertificateMode;
  readonly restricted?: Restriction | undefined;
}

/** What the operator does in such an installation. Without a word on certificates, it takes them as files and changes nothing. */
export function dutiesOf({ webhooks, certificates, restricted }: Parts): OperatorDuties {
  return {
    webhooks,
    certificates: (webhooks && certificates) || 'files',
    restricted: restricted && { clusterScoped: restricted.clusterScoped },
  };
}
