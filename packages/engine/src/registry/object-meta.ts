import { randomUUID } from 'node:crypto';
import {
  type AnyObject,
  checkDns1123Subdomain,
  checkLabelValue,
  checkQualifiedName,
  type ObjectMeta,
} from '@serval/kube/objects';
import type { FieldError } from '@serval/kube/schema';
import type { ServedResource } from './served-resource.ts';

// Upstream's alphabet for generated names: no vowels, nothing that looks alike.
const suffixAlphabet = 'bcdfghjklmnpqrstvwxz2456789';
const suffixLength = 5;
const longestGeneratedPrefix = 58;
// apimachinery, TotalAnnotationSizeLimitB.
const annotationBytesLimit = 256 * 1024;

export function generateName(prefix: string, random: () => number = Math.random): string {
  let suffix = '';
  for (let i = 0; i < suffixLength; i += 1) suffix += suffixAlphabet[Math.floor(random() * suffixAlphabet.length)];
  return prefix.slice(0, longestGeneratedPrefix) + suffix;
}

export function timestamp(nowMs: number): string {
  return `${new Date(nowMs).toISOString().slice(0, 19)}Z`;
}

/** Fields that the server alone sets, on a new object. */
export function fillNewMeta(meta: ObjectMeta, nowMs: number): void {
  meta.uid = randomUUID();
  meta.creationTimestamp = timestamp(nowMs);
  delete meta.resourceVersion;
  delete meta.generation;
  delete meta.deletionTimestamp;
  delete meta.deletionGracePeriodSeconds;
  delete (meta as Record<string, unknown>)['selfLink'];
}

/** Fields that an update cannot change keep their values. */
export function keepSystemMeta(meta: ObjectMeta, old: ObjectMeta): void {
  const target = meta as Record<string, unknown>;
  for (const field of [
    'uid',
    'creationTimestamp',
    'generation',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
    'generateName',
    'resourceVersion',
  ] as const) {
    if (old[field] === undefined) delete target[field];
    else target[field] = old[field];
  }
  delete target['selfLink'];
}

/** Empty maps and lists in metadata are as good as absent; Go's encoder drops them. */
export function tidyMeta(meta: ObjectMeta): void {
  const record = meta as Record<string, unknown>;
  for (const [field, value] of Object.entries(record)) {
    const isEmpty =
      value === null ||
      value === '' ||
      (Array.isArray(value) && value.length === 0) ||
      (typeof value === 'object' && Object.keys(value as object).length === 0);
    if (isEmpty) delete record[field];
  }
}

export function validateMeta(resource: ServedResource, object: AnyObject): FieldError[] {
  const errors: FieldError[] = [];
  const { metadata } = object;
  const wrong = (path: string, message: string) => errors.push({ path, reason: 'FieldValueInvalid', message });
  const check = resource.stored.strategy.checkName ?? checkDns1123Subdomain;
  const nameProblem = check(metadata.name ?? '');
  if (!metadata.name) {
    errors.push({
      path: 'metadata.name',
      reason: 'FieldValueRequired',
      message: 'Required value: name or generateName is required',
    });
  } else if (nameProblem) wrong('metadata.name', `Invalid value: ${JSON.stringify(metadata.name)}: ${nameProblem}`);
  for (const [key, value] of Object.entries(metadata.labels ?? {})) {
    const problem =
      checkQualifiedName(key) ?? (typeof value === 'string' ? checkLabelValue(value) : 'must be a string');
    if (problem)
      wrong('metadata.labels', `Invalid value: ${JSON.stringify(checkQualifiedName(key) ? key : value)}: ${problem}`);
  }
  let annotationBytes = 0;
  for (const [key, value] of Object.entries(metadata.annotations ?? {})) {
    const problem =
      checkQualifiedName(key.toLowerCase()) ?? (typeof value === 'string' ? undefined : 'must be a string');
    if (problem) wrong('metadata.annotations', `Invalid value: ${JSON.stringify(key)}: ${problem}`);
    annotationBytes += key.length + String(value).length;
  }
  if (annotationBytes > annotationBytesLimit) {
    errors.push({
      path: 'metadata.annotations',
      reason: 'FieldValueTooLong',
      message: `Too long: may not be more than ${annotationBytesLimit} bytes`,
    });
  }
  for (const finalizer of metadata.finalizers ?? []) {
    const problem = checkQualifiedName(finalizer);
    if (problem) wrong('metadata.finalizers', `Invalid value: ${JSON.stringify(finalizer)}: ${problem}`);
  }
  errors.push(...validateOwners(metadata));
  return errors;
}

function validateOwners({ ownerReferences = [] }: ObjectMeta): FieldError[] {
  const errors: FieldError[] = [];
  ownerReferences.forEach((owner, index) => {
    for (const field of ['apiVersion', 'kind', 'name', 'uid'] as const) {
      if (!owner[field]) {
        errors.push({
          path: `metadata.ownerReferences[${index}].${field}`,
          reason: 'FieldValueInvalid',
          message: `Invalid value: "": must not be empty`,
        });
      }
    }
  });
  if (ownerReferences.filter((owner) => owner.controller).length > 1) {
    errors.push({
      path: 'metadata.ownerReferences',
      reason: 'FieldValueInvalid',
      message: 'Invalid value: only one reference can have controller set to true',
    });
  }
  return errors;
}
