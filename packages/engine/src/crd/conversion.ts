import { randomUUID } from 'node:crypto';
import { type AnyObject, type JsonObject, StatusError } from '@serval/kube/objects';
import type { CallWebhook } from '../admission/webhook-client.ts';
import type { CustomResourceConversion } from './definition.ts';
import type { Convert } from './served.ts';

// Upstream's limit for a conversion webhook.
const timeoutMs = 30_000;
// One review carries at most this many objects, and so many bytes of them unless one object alone is larger: an answer is not read
// beyond 8 MiB.
const maxBatch = 500;
const maxBatchBytes = 4 * 1024 * 1024;

interface Waiting {
  object: AnyObject;
  resolve(object: AnyObject): void;
  reject(error: unknown): void;
}

/** Conversion as a definition declares it. Objects asked for in the same turn travel in one review. */
export function createConvert(conversion: CustomResourceConversion | undefined, callWebhook: CallWebhook): Convert {
  const webhook = conversion?.strategy === 'Webhook' ? conversion.webhook : undefined;
  if (!webhook?.clientConfig) {
    return (object, apiVersion) => (object.apiVersion === apiVersion ? object : { ...object, apiVersion });
  }
  const { clientConfig } = webhook;
  const queues = new Map<string, Waiting[]>();

  function flush(apiVersion: string): void {
    const waiting = queues.get(apiVersion) ?? [];
    queues.delete(apiVersion);
    for (const batch of batchesOf(waiting)) {
      review(
        batch.map(({ object }) => object),
        apiVersion,
      ).then(
        (converted) => {
          for (const [index, entry] of batch.entries()) entry.resolve(converted[index]!);
        },
        (error) => {
          for (const entry of batch) entry.reject(error);
        },
      );
    }
  }

  async function review(objects: AnyObject[], desired: string): Promise<AnyObject[]> {
    const uid = randomUUID();
    const request = { uid, desiredAPIVersion: desired, objects: objects as unknown as JsonObject[] };
    try {
      const answer = await callWebhook(
        clientConfig,
        { kind: 'ConversionReview', apiVersion: 'apiextensions.k8s.io/v1', request },
        AbortSignal.timeout(timeoutMs),
      );
      return checkAnswer(answer, objects, desired);
    } catch (cause) {
      if (cause instanceof StatusError) throw cause;
      const from = objects[0]?.apiVersion;
      throw new StatusError(
        'InternalError',
        `conversion webhook for ${from}, Kind=${objects[0]?.kind} failed: ${(cause as Error).message}`,
        { cause },
      );
    }
  }

  return (object, apiVersion) => {
    if (object.apiVersion === apiVersion) return object;
    return new Promise((resolve, reject) => {
      const queue = queues.get(apiVersion);
      if (queue) queue.push({ object, resolve, reject });
      else {
        queues.set(apiVersion, [{ object, resolve, reject }]);
        setImmediate(flush, apiVersion);
      }
    });
  };
}

function* batchesOf(waiting: readonly Waiting[]): Generator<Waiting[]> {
  let batch: Waiting[] = [];
  let bytes = 0;
  for (const entry of waiting) {
    const size = JSON.stringify(entry.object).length;
    if (batch.length > 0 && (batch.length === maxBatch || bytes + size > maxBatchBytes)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(entry);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}

/** A webhook must answer every object, in order, and may change anything but identity. */
function checkAnswer(answer: JsonObject, objects: AnyObject[], desired: string): AnyObject[] {
  const response = answer['response'] as
    | { result?: { status?: string; message?: string }; convertedObjects?: AnyObject[] }
    | undefined;
  if (response?.result?.status !== 'Success') {
    throw new Error(response?.result?.message || 'the webhook did not answer Success');
  }
  const converted = response.convertedObjects ?? [];
  if (converted.length !== objects.length) {
    throw new Error(`expected ${objects.length} converted objects, got ${converted.length}`);
  }
  return converted.map((object, index) => {
    const original = objects[index]!;
    if (object.apiVersion !== desired || object.kind !== original.kind) {
      throw new Error(`expected ${desired}, Kind=${original.kind}, got ${object.apiVersion}, Kind=${object.kind}`);
    }
    for (const field of ['name', 'namespace', 'uid'] as const) {
      if (object.metadata?.[field] !== original.metadata[field]) {
        throw new Error(`the webhook must not change metadata.${field}`);
      }
    }
    // Only labels and annotations are a webhook's to change; those that it leaves out are gone.
    const { labels: _labels, annotations: _annotations, ...metadata } = original.metadata;
    const { labels, annotations } = object.metadata;
    if (!isTexts(labels)) throw new Error('the webhook must answer metadata.labels as a map of texts');
    if (!isTexts(annotations)) throw new Error('the webhook must answer metadata.annotations as a map of texts');
    return {
      ...object,
      metadata: { ...metadata, ...(labels ? { labels } : {}), ...(annotations ? { annotations } : {}) },
    };
  });
}

function isTexts(map: unknown): boolean {
  if (map === undefined || map === null) return true;
  return typeof map === 'object' && !Array.isArray(map) && Object.values(map).every((text) => typeof text === 'string');
}
