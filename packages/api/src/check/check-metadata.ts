import {
  checkDns1123Label,
  checkDns1123Subdomain,
  checkLabelKey,
  checkLabelValue,
  checkQualifiedName,
  type NameCheck,
  type ObjectMeta,
} from '@serval/kube/objects';
import { type FieldError, fieldPath } from '@serval/kube/schema';
import { FieldErrors } from '../schema/field-errors.ts';

/** Keys and values of all annotations together (apimachinery's TotalAnnotationSizeLimitB). */
const maxAnnotationBytes = 256 * 1024;

/** What API servers ask of the metadata of new objects, whatever their kind. Wrong types are the schema's business. */
export function checkMetadata(metadata: ObjectMeta): FieldError[] {
  const errors = new FieldErrors();
  const check = (path: string, value: unknown, rule: NameCheck): void => {
    const problem = typeof value === 'string' ? rule(value) : undefined;
    if (problem) errors.invalid(path, `${problem}; got ${JSON.stringify(value)}`);
  };
  if (!metadata.name && !metadata.generateName) errors.required('metadata.name', 'must be set');
  if (metadata.name) check('metadata.name', metadata.name, checkDns1123Subdomain);
  if (metadata.namespace) check('metadata.namespace', metadata.namespace, checkDns1123Label);
  for (const [key, value] of entries(metadata.labels)) {
    check(fieldPath('metadata.labels', key), key, checkLabelKey);
    check(fieldPath('metadata.labels', key), value, checkLabelValue);
  }
  let annotationBytes = 0;
  for (const [key, value] of entries(metadata.annotations)) {
    // Keys of annotations may have capitals in their prefix (ValidateAnnotations lowers them first).
    check(fieldPath('metadata.annotations', key), key.toLowerCase(), checkQualifiedName);
    annotationBytes += key.length + (typeof value === 'string' ? value.length : 0);
  }
  if (annotationBytes > maxAnnotationBytes) {
    errors.invalid(
      'metadata.annotations',
      `must have at most ${maxAnnotationBytes} bytes together; they have ${annotationBytes}`,
    );
  }
  for (const [index, finalizer] of (Array.isArray(metadata.finalizers) ? metadata.finalizers : []).entries()) {
    check(`metadata.finalizers[${index}]`, finalizer, checkQualifiedName);
  }
  return errors.list;
}

function entries(map: unknown): [string, unknown][] {
  return typeof map === 'object' && map !== null && !Array.isArray(map) ? Object.entries(map) : [];
}
