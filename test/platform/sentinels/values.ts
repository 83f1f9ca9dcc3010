import { createSentinels } from '../../support/sentinels.ts';

export const registry = { user: 'sentinel-User+Rq7', password: 'sentinel-Pass"\\ü/%&=+Rq7' };

export const rotated = { user: 'sentinel-User+Wz3', password: 'sentinel-Pass"\\ü/%&=+Wz3' };

export const store = { user: 'SENTINELKEYID5TQ2', password: 'sentinel/Store+Key=Vm9' };

export const platform = { user: 'sentinel-Platform+Hn4', password: 'sentinel-Platform"\\é+Hn4' };

export const key = '-----BEGIN PRIVATE KEY-----\nsentinelPrivateKeyLd6\n-----END PRIVATE KEY-----\n';

export const token = 'eyJzZW50aW5lbCI6IlRva2VuIn0.sentinelTokenKp8';

export const basic = ({ user, password }: Credential) => Buffer.from(`${user}:${password}`).toString('base64');

export const sentinels = createSentinels({
  'registry user': registry.user,
  'registry password': registry.password,
  'registry auth': basic(registry),
  'rotated user': rotated.user,
  'rotated password': rotated.password,
  'rotated auth': basic(rotated),
  // The key ID of a store is no secret, and stands in the requests that it signs.
  'storage key': store.password,
  'platform user': platform.user,
  'platform password': platform.password,
  'platform auth': basic(platform),
  'private key': key,
  token,
});

export interface Credential {
  readonly user: string;
  readonly password: string;
}

export function dockerConfig(host: string, { user, password }: Credential): string {
  return JSON.stringify({ auths: { [host]: { username: user, password } } });
}
