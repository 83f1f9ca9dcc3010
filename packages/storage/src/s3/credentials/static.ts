import { StorageError } from '../../errors.ts';
import type { Environment } from '../settings.ts';
import type { AwsCredentials, CredentialSource } from './credentials.ts';

/** `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`. */
export const staticSource: CredentialSource = {
  name: 'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
  renewable: false,
  load: async ({ environment }) => staticCredentialsFrom(environment),
};

/** @throws StorageError InvalidConfiguration for half a key */
function staticCredentialsFrom(environment: Environment): AwsCredentials | undefined {
  // Files and secrets often end with a line break, which no header takes.
  const accessKeyId = environment['AWS_ACCESS_KEY_ID']?.trim();
  const secretAccessKey = environment['AWS_SECRET_ACCESS_KEY']?.trim();
  if (!accessKeyId && !secretAccessKey) return undefined;
  if (!accessKeyId || !secretAccessKey) {
    const missing = accessKeyId ? 'AWS_SECRET_ACCESS_KEY' : 'AWS_ACCESS_KEY_ID';
    throw new StorageError('InvalidConfiguration', `${missing} is not set, the other half of the key is`);
  }
  return { accessKeyId, secretAccessKey, sessionToken: environment['AWS_SESSION_TOKEN']?.trim() || undefined };
}
