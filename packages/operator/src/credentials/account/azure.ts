import type { Secret } from '@serval/kube/objects';
import type { Part } from '../part.ts';
import { fromSecret, has } from './secret-data.ts';

/** One of them makes a Secret one of Azure: a service principal by its old or present name, a token, a key of the account. */
const marks = ['AZ_CLIENT_ID', 'AZURE_CLIENT_ID', 'AZURE_ACCESS_TOKEN', 'AZURE_STORAGE_ACCESS_KEY'];

/** Variables of the initializer, with the key of the data by which KServe once had them. */
const variables: readonly (readonly [string, string?])[] = [
  ['AZURE_SUBSCRIPTION_ID', 'AZ_SUBSCRIPTION_ID'],
  ['AZURE_TENANT_ID', 'AZ_TENANT_ID'],
  ['AZURE_CLIENT_ID', 'AZ_CLIENT_ID'],
  ['AZURE_CLIENT_SECRET', 'AZ_CLIENT_SECRET'],
  ['AZURE_STORAGE_ACCESS_KEY'],
  ['AZURE_ACCESS_TOKEN'],
  ['AZURE_ACCESS_EXPIRES_ON_SECONDS'],
  ['AZURE_ACCOUNT_NAME'],
  ['AZURE_SERVICE_URL'],
];

/** Only keys that are there are referred to: KServe refers to the tenant in any case, and the Pod cannot start without it. */
export function azureSecret(secret: Secret): Part | undefined {
  if (!marks.some((key) => has(secret, key))) return undefined;
  return {
    env: variables.flatMap(([variable, old]) => {
      const key = old !== undefined && has(secret, old) ? old : variable;
      return has(secret, key) ? [fromSecret(variable, secret, key)] : [];
    }),
  };
}
