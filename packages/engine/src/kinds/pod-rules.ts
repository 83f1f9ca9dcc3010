import { checkDns1123Label } from '@serval/kube/objects';
import { type FieldError, fieldErrors } from '@serval/kube/schema';

interface ContainerFields {
  name?: string;
  image?: string;
  volumeMounts?: { name?: string; mountPath?: string }[];
  ports?: { name?: string; containerPort?: number }[];
}
interface PodFields {
  containers?: ContainerFields[];
  initContainers?: ContainerFields[];
  volumes?: { name?: string }[];
  restartPolicy?: string;
}

/** Restart policies that a kind's Pods may have. */
export const restartPolicies = {
  pod: ['Always', 'OnFailure', 'Never'],
  workload: ['Always'],
  job: ['OnFailure', 'Never'],
} as const;

/** Rules of a PodSpec beyond its schema, the ones that people run into (`pkg/apis/core/validation`). */
export function validatePodSpec(spec: PodFields | undefined, path: string, policies: readonly string[]): FieldError[] {
  const errors: FieldError[] = [];
  if (!spec) return [fieldErrors.required(path)];
  const { containers = [], initContainers = [], volumes = [], restartPolicy = '' } = spec;
  if (containers.length === 0) errors.push(fieldErrors.required(`${path}.containers`));
  if (!policies.includes(restartPolicy)) {
    errors.push(fieldErrors.notSupported(`${path}.restartPolicy`, restartPolicy, policies));
  }
  const volumeNames = new Set<string>();
  volumes.forEach(({ name = '' }, index) => {
    errors.push(...checkName(name, `${path}.volumes[${index}].name`, volumeNames));
  });
  const containerNames = new Set<string>();
  for (const [field, list] of Object.entries({ containers, initContainers })) {
    list.forEach((container, index) => {
      const at = `${path}.${field}[${index}]`;
      errors.push(...checkName(container.name ?? '', `${at}.name`, containerNames));
      errors.push(...validateContainer(container, at, volumeNames));
    });
  }
  return errors;
}

function validateContainer(container: ContainerFields, at: string, volumes: ReadonlySet<string>): FieldError[] {
  const errors: FieldError[] = [];
  if (!container.image) errors.push(fieldErrors.required(`${at}.image`));
  container.volumeMounts?.forEach(({ name = '', mountPath }, index) => {
    const mount = `${at}.volumeMounts[${index}]`;
    if (!volumes.has(name))
      errors.push({
        path: `${mount}.name`,
        reason: 'FieldValueInvalid',
        message: `Not found: ${JSON.stringify(name)}`,
      });
    if (!mountPath) errors.push(fieldErrors.required(`${mount}.mountPath`));
  });
  container.ports?.forEach(({ containerPort = 0 }, index) => {
    if (containerPort >= 1 && containerPort <= 65_535) return;
    errors.push(
      fieldErrors.invalid(
        `${at}.ports[${index}].containerPort`,
        containerPort,
        'must be between 1 and 65535, inclusive',
      ),
    );
  });
  return errors;
}

function checkName(name: string, path: string, taken: Set<string>): FieldError[] {
  if (name === '') return [fieldErrors.required(path)];
  const problem = checkDns1123Label(name);
  if (problem) return [fieldErrors.invalid(path, name, problem)];
  if (taken.has(name)) return [fieldErrors.duplicate(path, name)];
  taken.add(name);
  return [];
}
