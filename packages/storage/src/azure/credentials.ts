import { StorageError } from '../errors.ts';
import type { AccessToken } from '../http/access-token.ts';
import type { ProviderOptions } from '../provider.ts';
import { type AzureLocation, connectionString } from './location.ts';

/** How requests to one account prove who asks. */
export type AzureCredentials =
  | { kind: 'sas'; name: string; query: string }
  | { kind: 'key'; name: string; key: Buffer }
  | {
      kind: 'token';
      name: string;
      fetchToken: (options: ProviderOptions, signal: AbortSignal) => Promise<AccessToken | undefined>;
    }
  | { kind: 'anonymous'; name: string };

/**
 * What the URI or the environment gives, in this order: a shared access signature in the URI, one in a variable, a service principal or
 * workload identity (not for Azure Files, where KServe takes keys alone, unless there is no key), an account key, a managed identity.
 * @throws StorageError InvalidConfiguration
 */
export async function azureCredentialsFrom(
  location: AzureLocation,
  environment: ProviderOptions['environment'],
): Promise<AzureCredentials> {
  if (location.sas) return { kind: 'sas', name: 'the shared access signature of the URI', query: location.sas };
  const variable = environment['AZURE_STORAGE_SAS_TOKEN'];
  if (variable) return sasCredentials('AZURE_STORAGE_SAS_TOKEN', variable);
  const key = keyFrom(location, environment);
  if (key && (location.service === 'file' || key.explicit)) return key.credentials;
  const { identityFrom } = await import('./identity.ts');
  const identity = identityFrom(environment, cloudOf(location));
  return identity ?? key?.credentials ?? { kind: 'anonymous', name: 'nobody' };
}

function sasCredentials(name: string, text: string): AzureCredentials {
  const query = text.trim().replace(/^\?/, '');
  if (new URLSearchParams(query).has('sig') && /^[\x21-\x7e]+$/.test(query)) return { kind: 'sas', name, query };
  throw new StorageError('InvalidConfiguration', `${name} is no shared access signature`, {
    hint: 'expected its query, like sv=…&sp=rl&sig=…',
  });
}

interface KeyCredentials {
  credentials: AzureCredentials;
  /** Of a connection string, which names one account and one way in. */
  explicit: boolean;
}

function keyFrom({ account }: AzureLocation, environment: ProviderOptions['environment']): KeyCredentials | undefined {
  const fields = connectionString(environment);
  const { AccountName: named, AccountKey: inString, SharedAccessSignature: sas } = fields;
  if (named !== undefined && named !== account) {
    throw new StorageError(
      'InvalidConfiguration',
      `AZURE_STORAGE_CONNECTION_STRING is for account "${named}", the URI names account "${account}"`,
    );
  }
  if (sas) {
    return {
      credentials: sasCredentials('SharedAccessSignature of AZURE_STORAGE_CONNECTION_STRING', sas),
      explicit: true,
    };
  }
  const variable = ['AZURE_STORAGE_ACCESS_KEY', 'AZURE_STORAGE_KEY'].find((each) => environment[each]);
  const text = inString || (variable && environment[variable]);
  if (!text) return undefined;
  const name = inString ? 'AccountKey of AZURE_STORAGE_CONNECTION_STRING' : variable!;
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text.trim())) {
    throw new StorageError('InvalidConfiguration', `${name} is not base64, as account keys are`);
  }
  return { credentials: { kind: 'key', name, key: Buffer.from(text, 'base64') }, explicit: Boolean(inString) };
}

/** Where tokens of the account's cloud are issued. */
function cloudOf({ endpoint }: AzureLocation): string {
  if (endpoint.includes('.usgovcloudapi.net')) return 'https://login.microsoftonline.us';
  if (endpoint.includes('.chinacloudapi.cn')) return 'https://login.chinacloudapi.cn';
  return 'https://login.microsoftonline.com';
}
