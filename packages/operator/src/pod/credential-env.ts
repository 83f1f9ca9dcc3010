import type { EnvVar, Secret } from '@serval/kube/objects';
import type { S3Config, ServingConfig } from '../config/serving-config.ts';

const annotation = (name: string) => `serving.kserve.io/s3-${name}`;

/**
 * The environment by which a storage initializer gets at what the Secrets of its service account open (KServe's
 * conventions). Values stay in the Secrets: the Pod only refers to them.
 */
export function credentialEnv(secrets: readonly Secret[], { credentials }: ServingConfig): EnvVar[] {
  const env = secrets.flatMap((secret) => [...s3Env(secret, credentials.s3), ...huggingFaceEnv(secret)]);
  // Of two Secrets for the same store the first counts; a container refuses nothing, but the last would win silently.
  return env.filter(({ name }, index) => env.findIndex((other) => other.name === name) === index);
}

function s3Env(secret: Secret, s3: S3Config): EnvVar[] {
  if (!has(secret, s3.s3SecretAccessKeyName)) return [];
  const told = (name: string, fallback: string | undefined) =>
    secret.metadata.annotations?.[annotation(name)] ?? fallback;
  const endpoint = told('endpoint', s3.s3Endpoint);
  const useHttps = told('usehttps', s3.s3UseHttps);
  return [
    fromSecret('AWS_ACCESS_KEY_ID', secret, s3.s3AccessKeyIDName),
    fromSecret('AWS_SECRET_ACCESS_KEY', secret, s3.s3SecretAccessKeyName),
    ...(endpoint
      ? [
          ...value('S3_USE_HTTPS', useHttps),
          ...value('S3_ENDPOINT', endpoint),
          ...value('AWS_ENDPOINT_URL', `${useHttps === '0' ? 'http' : 'https'}://${endpoint}`),
        ]
      : []),
    ...value('S3_VERIFY_SSL', told('verifyssl', s3.s3VerifySSL)),
    ...value('AWS_DEFAULT_REGION', told('region', s3.s3Region)),
    ...value('S3_USER_VIRTUAL_BUCKET', told('usevirtualbucket', s3.s3UseVirtualBucket)),
    ...value('S3_USE_ACCELERATE', told('useaccelerate', s3.s3UseAccelerate)),
    ...value('awsAnonymousCredential', told('useanoncredential', s3.s3UseAnonymousCredential)),
    ...value('AWS_CA_BUNDLE', told('cabundle', s3.s3CABundle)),
  ];
}

function huggingFaceEnv(secret: Secret): EnvVar[] {
  return has(secret, 'HF_TOKEN') ? [fromSecret('HF_TOKEN', secret, 'HF_TOKEN')] : [];
}

function has({ data }: Secret, key: string): boolean {
  return data !== undefined && Object.hasOwn(data, key);
}

function fromSecret(name: string, { metadata }: Secret, key: string): EnvVar {
  return { name, valueFrom: { secretKeyRef: { name: metadata.name ?? '', key } } };
}

function value(name: string, text: string | undefined): EnvVar[] {
  return text === undefined || text === '' ? [] : [{ name, value: text }];
}
