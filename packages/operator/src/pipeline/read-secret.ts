import type { Secret } from '@serval/kube/objects';
import { ReferenceRefused } from '../credentials/read-reference.ts';
import type { ReadReference } from '../credentials/resolve-delivery.ts';
import type { SecretReference } from './layers.ts';

/** A Secret, undefined where there is none, or why the operator may not read it. Throws where nothing can be told for the moment. */
export async function readOrRefusal(
  { namespace, name }: SecretReference,
  read: ReadReference,
  signal: AbortSignal,
): Promise<Secret | { readonly refusal: string } | undefined> {
  try {
    return (await read({ kind: 'Secret', namespace, name }, signal)) as Secret | undefined;
  } catch (error) {
    if (error instanceof ReferenceRefused) return { refusal: error.message };
    throw error;
  }
}
