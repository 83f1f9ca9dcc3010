import type { Pod } from '@serval/kube/objects';
import { storageInitializerContainer } from '../names.ts';

/** The initializer writes less than 100 characters; what is longer is not its. */
const maxMessageLength = 4096;

const revisionForm = /^sha256:[0-9a-f]{64}$/;

/**
 * What the model in a Pod is: the digest of the names and contents of all its files, whatever they were read from, as the storage
 * initializer told it when it had everything. Undefined until then, and for models that nobody looked into: of KServe's own initializer,
 * mounted claims, images as models, and images with the model in them.
 */
export function modelRevisionOf(pod: Pod): string | undefined {
  const statuses = pod.status?.initContainerStatuses ?? [];
  const { terminated } = statuses.find(({ name }) => name === storageInitializerContainer)?.state ?? {};
  if (terminated?.exitCode !== 0) return undefined;
  const revision = toldRevision(terminated.message ?? '');
  return revision !== undefined && revisionForm.test(revision) ? revision : undefined;
}

function toldRevision(message: string): string | undefined {
  if (!message.startsWith('{') || message.length > maxMessageLength) return undefined;
  try {
    const { modelRevision } = JSON.parse(message) as { modelRevision?: unknown };
    return typeof modelRevision === 'string' ? modelRevision : undefined;
  } catch {
    return undefined; // another initializer's text
  }
}
