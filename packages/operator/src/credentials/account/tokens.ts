import type { Secret } from '@serval/kube/objects';
import type { Part } from '../part.ts';
import { fromSecret, has } from './secret-data.ts';

export function huggingFaceSecret(secret: Secret): Part | undefined {
  return tokenOf('HF_TOKEN', secret);
}

export function modelScopeSecret(secret: Secret): Part | undefined {
  return tokenOf('MODELSCOPE_API_TOKEN', secret);
}

function tokenOf(key: string, secret: Secret): Part | undefined {
  return has(secret, key) ? { env: [fromSecret(key, secret, key)] } : undefined;
}
