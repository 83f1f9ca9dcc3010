import { StorageError } from '../../errors.ts';
import { type Environment, endpointUrl, isTrue } from '../settings.ts';
import { parseCredentialsAnswer } from './answer.ts';
import type { CredentialSource } from './credentials.ts';
import { type CredentialAnswer, credentialError, requestCredentials } from './request.ts';

const NAME = 'the instance metadata service';
const ROLES_PATH = '/latest/meta-data/iam/security-credentials/';

/** How long the session that is asked for lasts: the longest that the service gives. */
const SESSION_SECONDS = '21600';

export interface MetadataSettings {
  endpoint: URL;
  timeoutMs: number;
  attempts: number;
}

/**
 * The role of an EC2 instance, over version 2 of the service only: version 1 hands credentials to anyone who can make a
 * server send a GET.
 */
export const instanceMetadataSource: CredentialSource = {
  name: 'instance metadata',
  renewable: true,
  async load(options, signal) {
    const settings = metadataSettingsFrom(options.environment);
    if (!settings) return undefined;
    const source = `${NAME} at ${settings.endpoint.host}`;
    const ask = async (method: 'GET' | 'PUT', path: string, headers: Record<string, string>) => {
      const url = new URL(path, settings.endpoint);
      const request = { method, url, headers, source, timeoutMs: settings.timeoutMs, direct: true };
      const answer = await withAttempts(settings.attempts, signal, () => requestCredentials(request, options, signal));
      if (answer.status === 200) return answer;
      throw refused(answer, source);
    };
    const session = await ask('PUT', '/latest/api/token', {
      'x-aws-ec2-metadata-token-ttl-seconds': SESSION_SECONDS,
      'content-length': '0',
    });
    const headers = { 'x-aws-ec2-metadata-token': session.text.trim() };
    const role = (await ask('GET', ROLES_PATH, headers)).text.trim().split('\n', 1)[0]!;
    const answer = await ask('GET', ROLES_PATH + encodeURIComponent(role), headers);
    return parseCredentialsAnswer(answer.text, source);
  },
};

/** `undefined` where the service is switched off. Limits are botocore's: one second, once. */
export function metadataSettingsFrom(environment: Environment): MetadataSettings | undefined {
  if (isTrue(environment['AWS_EC2_METADATA_DISABLED'])) return undefined;
  const given = environment['AWS_EC2_METADATA_SERVICE_ENDPOINT'];
  const v6 = /^ipv6$/i.test(environment['AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE'] ?? '');
  return {
    endpoint: given
      ? endpointUrl('AWS_EC2_METADATA_SERVICE_ENDPOINT', given)
      : new URL(v6 ? 'http://[fd00:ec2::254]' : 'http://169.254.169.254'),
    timeoutMs: positive(environment, 'AWS_METADATA_SERVICE_TIMEOUT', 1, 60) * 1000,
    attempts: positive(environment, 'AWS_METADATA_SERVICE_NUM_ATTEMPTS', 1, 10),
  };
}

function positive(environment: Environment, name: string, otherwise: number, most: number): number {
  const text = environment[name];
  if (!text) return otherwise;
  const value = Number(text);
  if (value > 0 && value <= most) return value;
  throw new StorageError('InvalidConfiguration', `${name} is "${text}"`, {
    hint: `expected a number above 0, at most ${most}`,
  });
}

async function withAttempts<T>(attempts: number, signal: AbortSignal, attempt: () => Promise<T>): Promise<T> {
  for (let count = 1; ; count++) {
    try {
      return await attempt();
    } catch (error) {
      if (count >= attempts || signal.aborted || !(error instanceof StorageError) || !error.transient) throw error;
    }
  }
}

function refused(answer: CredentialAnswer, source: string): StorageError {
  const hint =
    answer.status === 404
      ? 'the instance has no role; attach an instance profile'
      : 'check the metadata options of the instance (version 2 on, hop limit of 2 for Pods)';
  return credentialError(answer, source, { hint });
}
