import type { AnyObject, KubeObject, Status } from '@serval/kube/objects';

/** `apiextensions.k8s.io/v1 ConversionReview`. */
export interface ConversionReview {
  apiVersion: 'apiextensions.k8s.io/v1';
  kind: 'ConversionReview';
  request?: ConversionRequest;
  response?: ConversionResponse;
}

export interface ConversionRequest {
  uid: string;
  desiredAPIVersion: string;
  objects: AnyObject[];
}

export interface ConversionResponse {
  uid: string;
  result: Partial<Status>;
  convertedObjects?: KubeObject[];
}

export class ConversionRequestError extends Error {
  override readonly name = 'ConversionRequestError';
}

/** An API server converts page by page, and pages have 500 objects unless a client asks for more; etcd's own pages end at 10,000. */
const maxObjects = 10_000;

/** @throws ConversionRequestError for anything but a ConversionReview v1 with a request. */
export function parseConversionReview(body: unknown): ConversionRequest {
  const review = body as Partial<ConversionReview> | null;
  if (review?.kind !== 'ConversionReview' || review.apiVersion !== 'apiextensions.k8s.io/v1') {
    throw new ConversionRequestError('expected a ConversionReview of apiextensions.k8s.io/v1');
  }
  const { request } = review;
  if (typeof request?.uid !== 'string') throw new ConversionRequestError('a ConversionReview needs request.uid');
  if (typeof request.desiredAPIVersion !== 'string') {
    throw new ConversionRequestError('a ConversionReview needs request.desiredAPIVersion');
  }
  if (!Array.isArray(request.objects)) throw new ConversionRequestError('a ConversionReview needs request.objects');
  if (request.objects.length > maxObjects) {
    throw new ConversionRequestError(
      `a ConversionReview may have ${maxObjects} objects, this has ${request.objects.length}`,
    );
  }
  return request;
}

export type ConvertObject = (object: AnyObject, desiredApiVersion: string) => KubeObject;

/**
 * Every object converted, in order, or none: an API server takes an answer as a whole, so one object that cannot be converted fails
 * the review, with a message that names it.
 */
export function convertReview({ uid, desiredAPIVersion, objects }: ConversionRequest, convert: ConvertObject) {
  const convertedObjects: KubeObject[] = [];
  for (const [index, object] of objects.entries()) {
    try {
      convertedObjects.push(convert(object, desiredAPIVersion));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const message = `${nameOf(object, index)} cannot be converted to ${desiredAPIVersion}: ${reason}`;
      return conversionReviewOf({ uid, result: { status: 'Failure', message } });
    }
  }
  return conversionReviewOf({ uid, result: { status: 'Success' }, convertedObjects });
}

export function conversionReviewOf(response: ConversionResponse): ConversionReview {
  return { apiVersion: 'apiextensions.k8s.io/v1', kind: 'ConversionReview', response };
}

/** `LLMInferenceService default/llama (serving.kserve.io/v1alpha1)`, as far as the object tells. */
function nameOf(object: AnyObject, index: number): string {
  if (typeof object !== 'object' || object === null) return `objects[${index}]`;
  const { kind = 'object', apiVersion, metadata } = object;
  const name = metadata?.name ?? metadata?.generateName ?? `objects[${index}]`;
  return `${kind} ${metadata?.namespace ? `${metadata.namespace}/` : ''}${name}${apiVersion ? ` (${apiVersion})` : ''}`;
}
