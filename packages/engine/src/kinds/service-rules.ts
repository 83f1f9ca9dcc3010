import { type AnyObject, checkDns1123Label } from '@serval/kube/objects';
import { type FieldError, fieldErrors } from '@serval/kube/schema';

interface PortFields {
  name?: string;
  port?: number;
  targetPort?: number | string;
  protocol?: string;
}

const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const protocols = ['SCTP', 'TCP', 'UDP'];
const portRange = 'must be between 1 and 65535, inclusive';

/** Rules of a Service beyond its schema, the ones that people run into (`ValidateService`). */
export function validateService(object: AnyObject): FieldError[] {
  const { type = '', clusterIP, externalName, ports = [] } = object['spec'] ?? {};
  const errors: FieldError[] = [];
  if (!types.includes(type)) errors.push(fieldErrors.notSupported('spec.type', type, types));
  if (type === 'ExternalName' && !externalName) errors.push(fieldErrors.required('spec.externalName'));
  if (ports.length === 0 && type !== 'ExternalName' && clusterIP !== 'None') {
    errors.push(fieldErrors.required('spec.ports'));
  }
  const names = new Set<string>();
  const numbers = new Set<string>();
  (ports as PortFields[]).forEach((port, index) => {
    const path = `spec.ports[${index}]`;
    errors.push(...validateName(port, `${path}.name`, ports.length > 1, names));
    errors.push(...validateNumbers(port, path, numbers));
  });
  return errors;
}

function validateName({ name = '' }: PortFields, path: string, isNeeded: boolean, taken: Set<string>): FieldError[] {
  if (name === '') return isNeeded ? [fieldErrors.required(path)] : [];
  const problem = checkDns1123Label(name);
  if (problem) return [fieldErrors.invalid(path, name, problem)];
  if (taken.has(name)) return [fieldErrors.duplicate(path, name)];
  taken.add(name);
  return [];
}

function validateNumbers({ port = 0, targetPort, protocol = '' }: PortFields, path: string, taken: Set<string>) {
  const errors: FieldError[] = [];
  if (!isPort(port)) errors.push(fieldErrors.invalid(`${path}.port`, port, portRange));
  if (typeof targetPort === 'number' && !isPort(targetPort)) {
    errors.push(fieldErrors.invalid(`${path}.targetPort`, targetPort, portRange));
  }
  if (!protocols.includes(protocol)) errors.push(fieldErrors.notSupported(`${path}.protocol`, protocol, protocols));
  const key = `${protocol}/${port}`;
  if (taken.has(key)) errors.push(fieldErrors.duplicate(path, { port, protocol }));
  taken.add(key);
  return errors;
}

function isPort(value: number): boolean {
  return value >= 1 && value <= 65_535;
}
