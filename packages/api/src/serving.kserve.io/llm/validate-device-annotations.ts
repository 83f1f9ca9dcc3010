import { checkDns1123Label, checkDns1123Subdomain } from '@serval/kube/objects';
import type { FieldErrors } from '../../schema/field-errors.ts';

/** Annotations by which devices (DRA) are asked for. */
const prefix = 'serving.kserve.io/exp-dra-';

/** Devices that the platform claims for the Pods: a class, and how many of which kind for whom (KServe's managed DRA). */
export function validateDeviceAnnotations(annotations: Readonly<Record<string, string>>, errors: FieldErrors): void {
  const at = (name: string) => `metadata.annotations[${prefix}${name}]`;
  const given = (name: string) => annotations[`${prefix}${name}`];
  const [deviceClass, count, selector, container] = [
    'device-class',
    'device-count',
    'cel-selector',
    'container-name',
  ].map(given);
  if (deviceClass === undefined && [count, selector, container].some((text) => text !== undefined)) {
    errors.required(at('device-class'), `must be set beside other annotations ${prefix}*`);
  }
  checkName(at('device-class'), deviceClass, checkDns1123Subdomain, errors);
  checkName(at('container-name'), container, checkDns1123Label, errors);
  if (count !== undefined && count.trim() !== '' && !/^\+?0*[1-9]\d*$/.test(count.trim())) {
    errors.invalid(at('device-count'), `must be a whole number of at least 1, got ${JSON.stringify(count)}`);
  }
  if (selector !== undefined && selector.trim() === '') {
    errors.invalid(at('cel-selector'), 'must have an expression in at least one line');
  }
}

function checkName(
  path: string,
  text: string | undefined,
  rule: (name: string) => string | undefined,
  errors: FieldErrors,
): void {
  if (text === undefined) return;
  const problem = text.trim() === '' ? 'must not be empty' : rule(text.trim());
  if (problem) errors.invalid(path, `${problem}; got ${JSON.stringify(text)}`);
}
