import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { providerOptions } from '../../test-support/credential-server.ts';
import { failsWith } from '../../test-support/expect.ts';
import { temporaryDirectory } from '../../test-support/temporary-directory.ts';
import { parseProfiles, profileSource } from './profile.ts';

const { signal } = new AbortController();

const CONFIG = `# shared
[default]
region = eu-west-1
s3 =
  addressing_style = path
  region = nested
[profile work]
region=eu-north-1   ; a comment
[profile login]
sso_session = company
[profile half]
aws_access_key_id = A
[profile "quoted name"]
region = us-west-1
`;

test('sections and settings as in files of the AWS CLI', () => {
  const profiles = parseProfiles(CONFIG);
  assert.deepEqual([...profiles.keys()], ['default', 'work', 'login', 'half', 'quoted name']);
  assert.deepEqual({ ...profiles.get('default') }, { region: 'eu-west-1', s3: '' });
  assert.deepEqual({ ...profiles.get('work') }, { region: 'eu-north-1' });
  fc.assert(fc.property(fc.string(), (text) => void parseProfiles(text)));
});

test('keys of ~/.aws, in the section of AWS_PROFILE, with its region', async (t) => {
  const home = await temporaryDirectory(t);
  await mkdir(join(home, '.aws'));
  await writeFile(join(home, '.aws', 'config'), CONFIG);
  const keys = (name: string) => `[${name}]\naws_access_key_id=${name}\naws_secret_access_key = se=cr#et/\n`;
  await writeFile(join(home, '.aws', 'credentials'), `${keys('default')}${keys('work')}aws_session_token = t\n`);
  const load = (more: Record<string, string>) =>
    profileSource.load(providerOptions(t, { HOME: home, ...more }), signal);
  assert.deepEqual(await load({}), {
    accessKeyId: 'default',
    secretAccessKey: 'se=cr#et/',
    sessionToken: undefined,
    region: 'eu-west-1',
  });
  const work = await load({ AWS_PROFILE: 'work' });
  assert.deepEqual([work?.accessKeyId, work?.sessionToken, work?.region], ['work', 't', 'eu-north-1']);
  for (const [name, pattern] of [
    ['none', /profile "none" of AWS_PROFILE is in no file/],
    ['login', /profile "login" uses sso_session, which is not supported/],
    ['half', /profile "half" has no aws_secret_access_key/],
  ] as const) {
    await assert.rejects(load({ AWS_PROFILE: name }), failsWith('InvalidConfiguration', pattern));
  }
  assert.equal(await profileSource.load(providerOptions(t, {}), signal), undefined);
  assert.equal(await load({ HOME: join(home, 'nowhere') }), undefined);
  const directory = { AWS_SHARED_CREDENTIALS_FILE: home };
  await assert.rejects(load(directory), failsWith('InvalidConfiguration', /AWS_SHARED_CREDENTIALS_FILE names/));
});
