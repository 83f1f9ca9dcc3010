import type { ProviderOptions } from '../../provider.ts';

export interface AwsCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string | undefined;
  /** Milliseconds since the epoch; `undefined` for keys that do not expire. */
  expiresAtMs?: number | undefined;
  /** What a profile names besides. */
  region?: string | undefined;
}

/** One way to come by credentials. */
export interface CredentialSource {
  /** What messages call it. */
  name: string;
  /** Whether loading anew may bring other credentials. */
  renewable: boolean;
  /** `undefined` where this source is not set up here. @throws StorageError where it is, and fails */
  load(options: ProviderOptions, signal: AbortSignal): Promise<AwsCredentials | undefined>;
}
