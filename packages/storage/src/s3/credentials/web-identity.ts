import { readFile } from 'node:fs/promises';
import { StorageError } from '../../errors.ts';
import type { ProviderOptions } from '../../provider.ts';
import { textOf } from '../../xml.ts';
import { amazonDomain, isAmazonHost } from '../address.ts';
import { s3ErrorCode } from '../listing.ts';
import { DEFAULT_REGION, type Environment, endpointUrl, isTrue, regionFrom } from '../settings.ts';
import { expiryFrom } from './answer.ts';
import type { AwsCredentials, CredentialSource } from './credentials.ts';
import { credentialError, requestCredentials } from './request.ts';

const NAME = 'the security token service';

/** The service asks the identity provider for its keys in between. */
const TIMEOUT_MS = 10_000;

export interface WebIdentity {
  tokenFile: string;
  roleArn: string;
  sessionName: string;
}

/** A role for a projected service account token (IRSA): `AWS_WEB_IDENTITY_TOKEN_FILE` and `AWS_ROLE_ARN`. */
export const webIdentitySource: CredentialSource = {
  name: 'AWS_WEB_IDENTITY_TOKEN_FILE',
  renewable: true,
  async load(options, signal) {
    const identity = webIdentityFrom(options.environment);
    return identity && assumeRoleWithWebIdentity(identity, options, signal);
  },
};

/** @throws StorageError InvalidConfiguration for a token without a role */
export function webIdentityFrom(environment: Environment): WebIdentity | undefined {
  const tokenFile = environment['AWS_WEB_IDENTITY_TOKEN_FILE'];
  if (!tokenFile) return undefined;
  const roleArn = environment['AWS_ROLE_ARN'];
  if (!roleArn) {
    throw new StorageError('InvalidConfiguration', 'AWS_WEB_IDENTITY_TOKEN_FILE is set, AWS_ROLE_ARN is not', {
      hint: 'annotate the service account with eks.amazonaws.com/role-arn, or set AWS_ROLE_ARN',
    });
  }
  return { tokenFile, roleArn, sessionName: environment['AWS_ROLE_SESSION_NAME'] || 'serval-storage' };
}

/** Reads the token anew each time: the kubelet replaces it before it expires. */
export async function assumeRoleWithWebIdentity(
  identity: WebIdentity,
  options: ProviderOptions,
  signal: AbortSignal,
): Promise<AwsCredentials> {
  const { environment } = options;
  const { tokenFile, roleArn } = identity;
  const token = await readFile(tokenFile, 'utf8').catch((cause: Error) => {
    throw new StorageError('InvalidConfiguration', `the web identity token ${tokenFile} cannot be read`, {
      hint: 'check AWS_WEB_IDENTITY_TOKEN_FILE and that the token is mounted',
      cause,
    });
  });
  const url = stsUrl(environment);
  const answer = await requestCredentials(
    {
      method: 'POST',
      url,
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/xml' },
      body: assumeRoleForm(identity, token.trim()),
      source: NAME,
      timeoutMs: TIMEOUT_MS,
      direct: false,
    },
    options,
    signal,
  );
  if (answer.status !== 200) {
    const code = s3ErrorCode(answer.text);
    throw credentialError(answer, `${NAME} at ${url.host}`, {
      code,
      hint: hintFor(code, roleArn),
      transientCodes: ['IDPCommunicationError', 'Throttling', 'ThrottlingException'],
    });
  }
  return parseAssumeRoleAnswer(answer.text, `${NAME} at ${url.host}`);
}

/** `AWS_ENDPOINT_URL_STS`, the address of a server that is not Amazon's (which is for all services), or Amazon's of the region. */
export function stsUrl(environment: Environment): URL {
  const own = environment['AWS_ENDPOINT_URL_STS'];
  if (own) return endpointUrl('AWS_ENDPOINT_URL_STS', own);
  const shared = environment['AWS_ENDPOINT_URL'];
  // KServe sets AWS_ENDPOINT_URL to Amazon's address of S3, where no token service answers.
  if (shared && URL.canParse(shared) && !isAmazonHost(new URL(shared).hostname)) {
    return endpointUrl('AWS_ENDPOINT_URL', shared);
  }
  if (environment['AWS_STS_REGIONAL_ENDPOINTS'] === 'legacy') return new URL('https://sts.amazonaws.com/');
  const region = regionFrom(environment) ?? DEFAULT_REGION;
  const fips = isTrue(environment['AWS_USE_FIPS_ENDPOINT']) ? '-fips' : '';
  return new URL(`https://sts${fips}.${region}.${amazonDomain(region)}/`);
}

/** The form of AssumeRoleWithWebIdentity (AWS STS API reference, version 2011-06-15). */
export function assumeRoleForm({ roleArn, sessionName }: WebIdentity, token: string): string {
  return new URLSearchParams({
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    RoleArn: roleArn,
    RoleSessionName: sessionName,
    WebIdentityToken: token,
  }).toString();
}

/** @throws StorageError SourceRejected for an answer without credentials */
export function parseAssumeRoleAnswer(xml: string, source: string): AwsCredentials {
  const accessKeyId = textOf(xml, 'AccessKeyId');
  const secretAccessKey = textOf(xml, 'SecretAccessKey');
  const sessionToken = textOf(xml, 'SessionToken');
  if (!accessKeyId || !secretAccessKey || !sessionToken) {
    throw new StorageError('SourceRejected', `${source} answered without credentials`, {
      hint: 'check that AWS_ENDPOINT_URL_STS leads to a security token service',
    });
  }
  return { accessKeyId, secretAccessKey, sessionToken, expiresAtMs: expiryFrom(textOf(xml, 'Expiration')) };
}

function hintFor(code: string | undefined, roleArn: string): string {
  switch (code) {
    case 'ExpiredTokenException':
      return 'the web identity token has expired; check that the kubelet renews it, and the clock';
    case 'AccessDenied':
      return `check that the trust policy of ${roleArn} names this service account`;
    case 'InvalidIdentityToken':
      return 'check the identity provider of the cluster in IAM, and the audience of the token';
    default:
      return `check AWS_ROLE_ARN (${roleArn}) and its trust policy`;
  }
}
