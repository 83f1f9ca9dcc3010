import type { Descriptions } from './descriptions.ts';

const optional = 'Whether it may be missing. Default false.';

export const environmentDescriptions: Descriptions = {
  EnvVar: {
    name: 'Name of the variable.',
    value: 'Its text. $(NAME) stands for a variable above; $$ for a dollar sign. Default empty.',
    valueFrom: 'Where the value is taken from. Not together with a value.',
  },
  EnvVarSource: {
    fieldRef: 'A field of the Pod: metadata.name, metadata.labels[…], spec.nodeName, status.podIP and others.',
    resourceFieldRef: 'A limit or request of a container.',
    configMapKeyRef: 'A key of a ConfigMap of the namespace.',
    secretKeyRef: 'A key of a Secret of the namespace.',
    fileKeyRef: 'A key of an environment file in a volume of the Pod.',
  },
  EnvFromSource: {
    prefix: 'Put before the name of each variable. Default none.',
    configMapRef: 'The ConfigMap to take all keys of.',
    secretRef: 'The Secret to take all keys of.',
  },
  ConfigMapKeySelector: { name: 'Name of the ConfigMap.', key: 'Key in it.', optional },
  SecretKeySelector: { name: 'Name of the Secret.', key: 'Key in it.', optional },
  FileKeySelector: {
    volumeName: 'Volume that holds the file.',
    path: 'Path of the file, relative to the volume.',
    key: 'Variable in the file.',
    optional,
  },
  ConfigMapEnvSource: { name: 'Name of the ConfigMap.', optional },
  SecretEnvSource: { name: 'Name of the Secret.', optional },
  ObjectFieldSelector: {
    apiVersion: 'Version that fieldPath is written for. Default v1.',
    fieldPath: 'Path of the field, such as metadata.namespace.',
  },
  ResourceFieldSelector: {
    containerName: 'Container to look at. Default, in env: the container itself. Needed in volumes.',
    resource: 'limits.cpu, requests.memory and the like.',
    divisor: 'Unit of the result, such as 1m or 1Mi. Default 1.',
  },
  LocalObjectReference: { name: 'Name of an object of the same namespace.' },
};
