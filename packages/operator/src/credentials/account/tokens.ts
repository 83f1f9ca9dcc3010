import type { Secret } from '@serval/kube/objects';
import type { Part } from '../part.ts';
import { fromSecret, has } from './secret-data.ts';

/** Of Hugging Face and ModelScope. */
const tokens = ['HF_TOKEN', 'MODELSCOPE_API_TOKEN'];

export function tokenSecret(secret: Secret): Part | undefined {
  const present = tokens.filter((key) => has(secret, key));
  return present.length === 0 ? undefined : { env: present.map((key) => fromSecret(key, secret, key)) };
}
