import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StorageError } from '../../errors.ts';
import type { Environment } from '../settings.ts';
import type { AwsCredentials, CredentialSource } from './credentials.ts';
import { assumeRoleWithWebIdentity } from './web-identity.ts';

export type Profile = Readonly<Record<string, string>>;

/** Ways to get credentials that would start programs, open browsers or chain roles. */
const UNSUPPORTED = ['source_profile', 'credential_source', 'credential_process', 'sso_session', 'sso_start_url'];

/** Files that Amazon's tools share, `~/.aws/credentials` and `~/.aws/config`; `AWS_PROFILE` chooses the section. */
export const profileSource: CredentialSource = {
  name: 'AWS_PROFILE',
  renewable: true,
  async load(options, signal) {
    const { environment } = options;
    const chosen = environment['AWS_PROFILE'] || environment['AWS_DEFAULT_PROFILE'];
    const name = chosen || 'default';
    const profile = await readProfile(environment, name);
    if (!profile) {
      if (!chosen) return undefined;
      throw new StorageError('InvalidConfiguration', `profile "${name}" of AWS_PROFILE is in no file`, {
        hint: 'look into ~/.aws/credentials and ~/.aws/config, or set AWS_SHARED_CREDENTIALS_FILE',
      });
    }
    const credentials = credentialsFromProfile(profile, name);
    if (credentials) return credentials;
    const { role_arn: roleArn, web_identity_token_file: tokenFile, role_session_name: sessionName, region } = profile;
    if (roleArn && tokenFile) {
      const identity = { roleArn, tokenFile, sessionName: sessionName || 'serval-storage' };
      return { ...(await assumeRoleWithWebIdentity(identity, options, signal)), region };
    }
    const unsupported = UNSUPPORTED.find((field) => profile[field]);
    if (!chosen || !unsupported) return undefined; // a default profile may be there for quite other reasons
    throw new StorageError('InvalidConfiguration', `profile "${name}" uses ${unsupported}, which is not supported`, {
      hint: 'export its credentials, as "aws configure export-credentials --format env" prints them',
    });
  },
};

/** Keys that stand in the profile itself. @throws StorageError InvalidConfiguration for half a key */
export function credentialsFromProfile(profile: Profile, name: string): AwsCredentials | undefined {
  const { aws_access_key_id: accessKeyId, aws_secret_access_key: secretAccessKey } = profile;
  if (!accessKeyId && !secretAccessKey) return undefined;
  if (!accessKeyId || !secretAccessKey) {
    const missing = accessKeyId ? 'aws_secret_access_key' : 'aws_access_key_id';
    throw new StorageError('InvalidConfiguration', `profile "${name}" has no ${missing}`);
  }
  const { aws_session_token: sessionToken, region } = profile;
  return { accessKeyId, secretAccessKey, sessionToken: sessionToken || undefined, region };
}

/** Sections and their settings. In a `config` file other sections than `default` are called `profile NAME`. */
export function parseProfiles(text: string): Map<string, Profile> {
  const profiles = new Map<string, Record<string, string>>();
  let current: Record<string, string> | undefined;
  for (const line of text.split(/\r?\n/)) {
    const section = /^\s*\[\s*(?:profile\s+)?["']?([^\]"']+?)["']?\s*\]/.exec(line)?.[1];
    if (section !== undefined) {
      current = profiles.get(section) ?? {};
      profiles.set(section, current);
      continue;
    }
    // Indented lines belong to a nested setting such as `s3 =`.
    const [, key, value] = /^([A-Za-z0-9_-]+)\s*=\s*(.*?)\s*(?:\s[#;].*)?$/.exec(line) ?? [];
    if (current && key) current[key.toLowerCase()] = value!;
  }
  return profiles;
}

/** What both files say of one profile; the credentials file wins. */
async function readProfile(environment: Environment, name: string): Promise<Profile | undefined> {
  const [config, credentials] = await Promise.all([
    readProfiles(environment, 'AWS_CONFIG_FILE', 'config'),
    readProfiles(environment, 'AWS_SHARED_CREDENTIALS_FILE', 'credentials'),
  ]);
  const [first, second] = [config.get(name), credentials.get(name)];
  return first || second ? { ...first, ...second } : undefined;
}

async function readProfiles(environment: Environment, variable: string, file: string): Promise<Map<string, Profile>> {
  const home = environment['HOME'] || environment['USERPROFILE'];
  const given = environment[variable];
  const path = given ? given.replace(/^~(?=\/)/, home ?? '~') : home && join(home, '.aws', file);
  if (!path) return new Map();
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT' || !given) return '';
    throw new StorageError('InvalidConfiguration', `${variable} names ${path}, which cannot be read`, { cause });
  });
  return parseProfiles(text);
}
