import { readFile } from 'node:fs/promises';
import { StorageError } from '../../errors.ts';
import type { Environment } from '../settings.ts';
import { parseCredentialsAnswer } from './answer.ts';
import type { CredentialSource } from './credentials.ts';
import { credentialError, requestCredentials } from './request.ts';

const NAME = 'the container credentials endpoint';
const TIMEOUT_MS = 2000;

/** Where the agent of ECS answers to a relative address. */
const ECS_ORIGIN = 'http://169.254.170.2';

/** Hosts that may be asked without TLS: the agents of ECS and of EKS (AWS SDKs reference guide, "Container credential provider"). */
const PLAIN_HOSTS = /^(localhost|127(\.\d+){3}|\[::1\]|169\.254\.170\.2|169\.254\.170\.23|\[fd00:ec2::23\])$/;

/** ECS tasks and EKS pod identity: `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI` or `…_FULL_URI`. */
export const containerSource: CredentialSource = {
  name: 'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  renewable: true,
  async load(options, signal) {
    const url = containerUrl(options.environment);
    if (!url) return undefined;
    const token = await authorizationFrom(options.environment);
    const headers: Record<string, string> = { accept: 'application/json' };
    if (token) headers['authorization'] = token;
    const answer = await requestCredentials(
      { method: 'GET', url, headers, source: NAME, timeoutMs: TIMEOUT_MS, direct: url.protocol === 'http:' },
      options,
      signal,
    );
    if (answer.status !== 200) {
      throw credentialError(answer, `${NAME} at ${url.host}`, {
        hint: 'check the role of the task, or the pod identity association of the service account',
      });
    }
    return parseCredentialsAnswer(answer.text, `${NAME} at ${url.host}`);
  },
};

/** @throws StorageError InvalidConfiguration for an address that is none, or that would send the token where it must not go */
export function containerUrl(environment: Environment): URL | undefined {
  const relative = environment['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'];
  if (relative) {
    if (relative.startsWith('/')) return new URL(`${ECS_ORIGIN}${relative}`);
    throw new StorageError('InvalidConfiguration', 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI does not begin with "/"');
  }
  const full = environment['AWS_CONTAINER_CREDENTIALS_FULL_URI'];
  if (!full) return undefined;
  const url = URL.canParse(full) ? new URL(full) : undefined;
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && PLAIN_HOSTS.test(url.hostname))) return url;
  throw new StorageError(
    'InvalidConfiguration',
    `AWS_CONTAINER_CREDENTIALS_FULL_URI leads to ${url ? url.host : 'no address'}, which may not be asked`,
    { hint: 'expected https, or http to loopback, 169.254.170.2 or 169.254.170.23' },
  );
}

/** The value of the header; a file wins, and is read anew each time. */
async function authorizationFrom(environment: Environment): Promise<string | undefined> {
  const file = environment['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'];
  const name = file ? 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE' : 'AWS_CONTAINER_AUTHORIZATION_TOKEN';
  const token = file
    ? await readFile(file, 'utf8').catch((cause: Error) => {
        throw new StorageError('InvalidConfiguration', `${name} names ${file}, which cannot be read`, { cause });
      })
    : environment[name];
  const trimmed = token?.trim();
  if (trimmed && !/^[\x20-\x7e]+$/.test(trimmed)) {
    throw new StorageError('InvalidConfiguration', `the token of ${name} has characters that no header takes`);
  }
  return trimmed;
}
