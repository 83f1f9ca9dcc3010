import { type InferenceService, inferenceServices } from '@serval/api';
import type { Client } from '@serval/kube/client';
import { isStatusError } from '@serval/kube/objects';
import { promotionFieldManager } from './annotations.ts';

/** A refusal becomes part of a condition. */
const maxMessageLength = 2048;

/** Writes services of stages. What changed since it was looked at is not overwritten: that throws `Conflict`. */
export interface TargetWriter {
  /** @returns the service as it was stored, or why the API server does not take it */
  write(service: InferenceService, signal: AbortSignal): Promise<InferenceService | { readonly refused: string }>;
  remove(service: InferenceService, signal: AbortSignal): Promise<void>;
}

export function createTargetWriter(client: Client): TargetWriter {
  return {
    async write(service, signal) {
      const options = { fieldManager: promotionFieldManager, signal };
      try {
        return service.metadata.resourceVersion
          ? await client.update(inferenceServices, service, options)
          : await client.create(inferenceServices, service, options);
      } catch (error) {
        if (!isStatusError(error, 'Invalid', 'Forbidden', 'BadRequest', 'RequestEntityTooLarge')) throw error;
        return { refused: error.message.slice(0, maxMessageLength) };
      }
    },
    async remove({ metadata: { namespace = '', name = '', uid } }, signal) {
      try {
        await client.delete(
          inferenceServices,
          { namespace, name },
          { ...(uid ? { preconditions: { uid } } : {}), signal },
        );
      } catch (error) {
        if (!isStatusError(error, 'NotFound')) throw error;
      }
    },
  };
}
