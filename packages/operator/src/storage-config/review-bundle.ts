import type { ConfigMap } from '@serval/kube/objects';
import { type CertificateInfo, type Problem, readCertificates } from '@serval/storage/config';
import { bundleKey } from '../names.ts';
import type { Verdict } from './review-secret.ts';

/**
 * Checks a ConfigMap with certificates. Text that was there before may stay. In a bundle of several, one that has ended does no harm
 * while others have not, and is a warning: who hands on the public authorities need not weed them.
 */
export function reviewBundle(configMap: ConfigMap, old: ConfigMap | undefined, now: Date): Verdict {
  const { namespace = 'default', name } = configMap.metadata;
  const pem = configMap.data?.[bundleKey];
  const path = `data[${bundleKey}]`;
  const where = `ConfigMap ${namespace}/${name}, key ${bundleKey}`;
  if (pem === undefined) {
    const message = `Required value: ${where}: certificates as PEM text`;
    if (old && old.data?.[bundleKey] === undefined) return { errors: [], warnings: [`${path}: ${message}`] };
    return { errors: [{ path, reason: 'FieldValueRequired', message }], warnings: [] };
  }
  const { chain, problems } = readCertificates(pem, where, now);
  const isValid = ({ notBefore, notAfter }: CertificateInfo) =>
    Date.parse(notBefore) <= now.getTime() && now.getTime() < Date.parse(notAfter);
  const isOld = old?.data?.[bundleKey] === pem;
  const isHarmless = ({ code }: Problem) => (code === 'Expired' || code === 'NotYetValid') && chain.some(isValid);
  const refuses = problems.filter((problem) => problem.severity === 'error' && !isOld && !isHarmless(problem));
  return {
    errors: refuses.map(({ message }) => ({ path, reason: 'FieldValueInvalid', message })),
    warnings: problems.filter((problem) => !refuses.includes(problem)).map(({ message }) => `${path}: ${message}`),
  };
}
