import type { FieldErrors } from '../../../../schema/field-errors.ts';
import { readObject, readObjects, readText } from '../../../../schema/lenient.ts';
import type { InferenceService } from '../types.ts';

const maxServiceNameLength = 63;

/** The name of a service, from which those of its children are made: Services, with at most 63 characters. */
export function validateName({ metadata, spec }: InferenceService, errors: FieldErrors): void {
  const name = readText(metadata?.name) ?? '';
  // Without a name the API server makes one of generateName, after admission.
  if (name === '' && metadata?.generateName) return;
  if (!/^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(name)) {
    errors.invalid(
      'metadata.name',
      `must be lower-case letters, digits and "-", start with a letter and end with a letter or digit; got ${JSON.stringify(name)}`,
    );
    return;
  }
  const suffix = longestSuffix(spec);
  const most = maxServiceNameLength - suffix.length;
  if (name.length > most) {
    errors.invalid(
      'metadata.name',
      `must have at most ${most} characters, as a child is named NAME${suffix}; it has ${name.length}`,
    );
  }
}

function longestSuffix(spec: InferenceService['spec'] | undefined): string {
  const predictors = [
    readObject(spec?.predictor),
    ...readObjects(spec?.canary).map(([, { predictor }]) => readObject(predictor)),
  ];
  const suffixes = predictors.map((predictor) => {
    const name = readText(predictor?.name);
    return name ? `-${name}-predictor` : '-predictor';
  });
  if (readObject(spec?.transformer)) suffixes.push('-transformer');
  return suffixes.reduce((longest, suffix) => (suffix.length > longest.length ? suffix : longest));
}
