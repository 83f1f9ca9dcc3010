import { readFile } from 'node:fs/promises';
import { StorageError } from '../errors.ts';
import { formBody, requestToken } from '../http/access-token.ts';
import type { ProviderOptions } from '../provider.ts';
import type { AzureCredentials } from './credentials.ts';
import { managedIdentity } from './managed-identity.ts';

type Environment = ProviderOptions['environment'];

/** One for Blob Storage and Azure Files, in all clouds. */
const SCOPE = 'https://storage.azure.com/.default';

/**
 * The identity that the environment names: a service principal with a secret, a federated token (workload identity), or a managed
 * identity. KServe's `AZ_…` names win over Azure's own. `undefined` where it names none.
 * @throws StorageError InvalidConfiguration
 */
export function identityFrom(environment: Environment, authority: string): AzureCredentials | undefined {
  const clientId = environment['AZ_CLIENT_ID'] || environment['AZURE_CLIENT_ID'];
  const tenantId = environment['AZ_TENANT_ID'] || environment['AZURE_TENANT_ID'];
  const secret = environment['AZ_CLIENT_SECRET'] || environment['AZURE_CLIENT_SECRET'];
  const tokenFile = environment['AZURE_FEDERATED_TOKEN_FILE'];
  if (!clientId || (!secret && !tokenFile)) {
    if (secret) throw missing('AZURE_CLIENT_ID', 'AZURE_CLIENT_SECRET');
    if (clientId || environment['IDENTITY_ENDPOINT']) return managedIdentity(environment, clientId);
    return undefined;
  }
  if (!tenantId) throw missing('AZURE_TENANT_ID', 'AZURE_CLIENT_ID');
  const url = tokenUrl(environment['AZURE_AUTHORITY_HOST'] || authority, tenantId);
  const common = { grant_type: 'client_credentials', client_id: clientId, scope: SCOPE };
  if (secret) {
    return {
      kind: 'token',
      name: `service principal ${clientId}`,
      fetchToken: (options, signal) =>
        requestToken(
          {
            url,
            ...formBody({ ...common, client_secret: secret }),
            denied: 'check AZURE_CLIENT_ID, AZURE_TENANT_ID, and whether AZURE_CLIENT_SECRET has expired',
          },
          options,
          signal,
        ),
    };
  }
  return {
    kind: 'token',
    name: `workload identity ${clientId}`,
    async fetchToken(options, signal) {
      // Read anew each time: the kubelet replaces it before it expires.
      const assertion = await readFile(tokenFile!, 'utf8').catch((cause: Error) => {
        throw new StorageError(
          'InvalidConfiguration',
          `AZURE_FEDERATED_TOKEN_FILE names ${tokenFile}, which cannot be read`,
          { cause },
        );
      });
      return requestToken(
        {
          url,
          ...formBody({
            ...common,
            client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
            client_assertion: assertion.trim(),
          }),
          denied: `check that ${clientId} has a federated credential for this Pod's service account and issuer`,
        },
        options,
        signal,
      );
    },
  };
}

function tokenUrl(authority: string, tenantId: string): URL {
  const text = `${authority.replace(/\/+$/, '')}/${encodeURIComponent(tenantId)}/oauth2/v2.0/token`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol)) return url;
  throw new StorageError('InvalidConfiguration', 'AZURE_AUTHORITY_HOST is not an http or https address', {
    hint: 'expected one like https://login.microsoftonline.com',
  });
}

function missing(variable: string, other: string): StorageError {
  return new StorageError('InvalidConfiguration', `${variable} is not set, ${other} is`);
}
