import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomUUID,
  sign,
  verify,
} from 'node:crypto';
import { join } from 'node:path';
import { readIfPresent, writeSecretFile } from '../pki/files.ts';
import type { User } from '../registry/request-options.ts';
import type { Store } from '../store/store.ts';
import { groupsOf, serviceAccountUser } from './authorizer.ts';

/** Who issues, and for whom unless the request says otherwise. */
const issuer = 'https://kubernetes.default.svc.cluster.local';

interface Claims {
  iss: string;
  aud: string[];
  sub: string;
  /** Seconds since the epoch. */
  iat: number;
  nbf: number;
  exp: number;
  jti: string;
  'kubernetes.io': { namespace: string; serviceaccount: { name: string; uid: string } };
}

export interface ServiceAccountTokens {
  /** A token (JWT, ES256) for a ServiceAccount that exists. */
  issue(account: { namespace: string; name: string; uid: string }, audiences: string[], seconds: number): string;
  /** Who holds a token, as long as it has not expired and its ServiceAccount is still the same one. */
  userOf(token: string, audiences?: readonly string[]): User | undefined;
}

/** Reads the key of the tokens from `directory`, or makes it: tokens outlive a restart. */
export async function loadTokenKey(directory: string): Promise<KeyObject> {
  const path = join(directory, 'service-account.key');
  const stored = await readIfPresent(path);
  if (stored) return createPrivateKey(stored);
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  await writeSecretFile(path, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  return privateKey;
}

export function createServiceAccountTokens(key: KeyObject, store: Store, clock: () => number): ServiceAccountTokens {
  const publicKey = createPublicKey(key);
  const options = { dsaEncoding: 'ieee-p1363' } as const;
  return {
    issue({ namespace, name, uid }, audiences, seconds) {
      const now = Math.floor(clock() / 1000);
      const claims: Claims = {
        iss: issuer,
        aud: audiences.length > 0 ? audiences : [issuer],
        sub: serviceAccountUser(namespace, name),
        iat: now,
        nbf: now,
        exp: now + seconds,
        jti: randomUUID(),
        'kubernetes.io': { namespace, serviceaccount: { name, uid } },
      };
      const signed = `${encode({ alg: 'ES256', typ: 'JWT' })}.${encode(claims)}`;
      return `${signed}.${sign('sha256', Buffer.from(signed), { key, ...options }).toString('base64url')}`;
    },
    userOf(token, audiences = [issuer]) {
      const [header, body, signature, ...more] = token.split('.');
      if (!header || !body || !signature || more.length > 0) return undefined;
      const proof = Buffer.from(signature, 'base64url');
      if (proof.byteLength !== 64) return undefined;
      if (!verify('sha256', Buffer.from(`${header}.${body}`), { key: publicKey, ...options }, proof)) return undefined;
      // Signed by us, so it is what we wrote.
      const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as Claims;
      const now = clock() / 1000;
      if (now >= claims.exp || now < claims.nbf - 60 || !claims.aud.some((name) => audiences.includes(name)))
        return undefined;
      const { namespace, serviceaccount } = claims['kubernetes.io'];
      const account = store.get('/serviceaccounts', `${namespace}/${serviceaccount.name}`);
      if (!account || account.metadata.uid !== serviceaccount.uid || account.metadata.deletionTimestamp)
        return undefined;
      return { name: claims.sub, uid: serviceaccount.uid, groups: groupsOf(claims.sub) };
    },
  };
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
