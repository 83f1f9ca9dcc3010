import type { EnvVar, ObjectMeta, Secret } from '@serval/kube/objects';
import type { S3Config, ServingConfig } from '../../config/serving-config.ts';
import type { NamedCertificates, Part } from '../part.ts';
import { fromSecret, has, nameOf, textOf } from './secret-data.ts';

const prefix = 'serving.kserve.io/s3-';
/** By it, AWS's own webhook lets a service account act in a role (IRSA). It puts the variables for that into the Pod. */
const roleAnnotation = 'eks.amazonaws.com/role-arn';

/** By variable, which is also the key of a Secret's data: the annotation, and the field of the configuration (KServe). */
const settings = {
  S3_ENDPOINT: ['endpoint', 's3Endpoint'],
  S3_USE_HTTPS: ['usehttps', 's3UseHttps'],
  S3_VERIFY_SSL: ['verifyssl', 's3VerifySSL'],
  AWS_DEFAULT_REGION: ['region', 's3Region'],
  S3_USER_VIRTUAL_BUCKET: ['usevirtualbucket', 's3UseVirtualBucket'],
  S3_USE_ACCELERATE: ['useaccelerate', 's3UseAccelerate'],
  awsAnonymousCredential: ['useanoncredential', 's3UseAnonymousCredential'],
  AWS_CA_BUNDLE: ['cabundle', 's3CABundle'],
  AWS_CA_BUNDLE_CONFIGMAP: ['cabundle-configmap', 's3CABundleConfigMap'],
} as const satisfies Record<string, readonly [string, keyof S3Config]>;
type Setting = keyof typeof settings;

/** Settings of the storage that are passed on as they are. */
const plainSettings = [
  'S3_VERIFY_SSL',
  'AWS_DEFAULT_REGION',
  'S3_USER_VIRTUAL_BUCKET',
  'S3_USE_ACCELERATE',
  'awsAnonymousCredential',
  'AWS_CA_BUNDLE',
] as const;

/** Where a setting is looked for, in this order: annotations, data of the Secret, configuration. */
interface Place {
  readonly name: string;
  readonly annotations: NonNullable<ObjectMeta['annotations']>;
  readonly secret?: Secret;
  readonly config: S3Config;
}

/** A Secret with the keys of an S3 store. */
export function s3Secret(secret: Secret, { credentials: { s3 } }: ServingConfig): Part | undefined {
  if (!has(secret, s3.s3SecretAccessKeyName)) return undefined;
  const place = { name: nameOf(secret), annotations: secret.metadata.annotations ?? {}, secret, config: s3 };
  return {
    ...settingsOf(place),
    env: [
      fromSecret('AWS_ACCESS_KEY_ID', secret, s3.s3AccessKeyIDName),
      fromSecret('AWS_SECRET_ACCESS_KEY', secret, s3.s3SecretAccessKeyName),
      ...settingsOf(place).env,
    ],
  };
}

/**
 * What the annotations of a service account say about the store, where it acts in a role or says anything (KServe: only in a
 * role). The configuration never makes such an account anonymous: it would not act in its role any more.
 */
export function s3Account(metadata: ObjectMeta, { credentials: { s3 } }: ServingConfig): Part | undefined {
  const annotations = metadata.annotations ?? {};
  const speaks = Object.keys(annotations).some((key) => key === roleAnnotation || key.startsWith(prefix));
  if (!speaks) return undefined;
  const { s3UseAnonymousCredential: _, ...config } = s3;
  return settingsOf({ name: `ServiceAccount ${metadata.namespace}/${metadata.name}`, annotations, config });
}

function settingsOf(place: Place): Part & { env: EnvVar[] } {
  const certificates = certificatesOf(place);
  return {
    env: [...endpoint(place), ...plainSettings.flatMap((setting) => variable(place, setting))],
    ...(certificates ? { certificates } : {}),
  };
}

/** The endpoint as KServe's own variable and as AWS's, which is a whole URL. One with a scheme says itself whether it is https. */
function endpoint(place: Place): EnvVar[] {
  const [own] = variable(place, 'S3_ENDPOINT');
  if (!own) return [];
  const text = (told(place, 'S3_ENDPOINT') ?? '').trim();
  const [, scheme = '', host = ''] = /^(https?):\/\/(.*)$/is.exec(text) ?? [];
  if (scheme) {
    const useHttps = { name: 'S3_USE_HTTPS', value: scheme.toLowerCase() === 'https' ? '1' : '0' };
    return own.valueFrom
      ? [useHttps, own, { ...own, name: 'AWS_ENDPOINT_URL' }]
      : [useHttps, { name: own.name, value: host }, { name: 'AWS_ENDPOINT_URL', value: text }];
  }
  const protocol = told(place, 'S3_USE_HTTPS') === '0' ? 'http' : 'https';
  return [
    ...variable(place, 'S3_USE_HTTPS'),
    own.valueFrom ? own : { name: own.name, value: text },
    // The kubelet puts the Secret's value in, so that it does not stand here.
    { name: 'AWS_ENDPOINT_URL', value: `${protocol}://${own.valueFrom ? '$(S3_ENDPOINT)' : text}` },
  ];
}

function certificatesOf(place: Place): NamedCertificates | undefined {
  const configMap = told(place, 'AWS_CA_BUNDLE_CONFIGMAP');
  const path = told(place, 'AWS_CA_BUNDLE');
  const isPath = path !== undefined && /^\/[^\n]*$/.test(path);
  if (!configMap && !isPath) return undefined;
  const said = (setting: Setting) => `${place.name}, ${whereOf(place, setting)}`;
  return {
    ...(configMap ? { configMap } : {}),
    ...(isPath ? { path } : {}),
    saidBy: said(configMap ? 'AWS_CA_BUNDLE_CONFIGMAP' : 'AWS_CA_BUNDLE'),
  };
}

/** An empty text says that it is not set, whatever places further on say (KServe). */
function variable(place: Place, setting: Setting): EnvVar[] {
  const text = told(place, setting);
  if (text === undefined || text === '') return [];
  const [annotation] = settings[setting];
  const fromData = place.annotations[prefix + annotation] === undefined && place.secret && has(place.secret, setting);
  return [fromData && place.secret ? fromSecret(setting, place.secret, setting) : { name: setting, value: text }];
}

function told({ annotations, secret, config }: Place, setting: Setting): string | undefined {
  const [annotation, field] = settings[setting];
  return annotations[prefix + annotation] ?? (secret && textOf(secret, setting)) ?? config[field];
}

function whereOf({ annotations, secret }: Place, setting: Setting): string {
  const [annotation, field] = settings[setting];
  if (annotations[prefix + annotation] !== undefined) return `annotation ${prefix}${annotation}`;
  return secret && has(secret, setting) ? `key ${JSON.stringify(setting)}` : `configuration credentials.s3.${field}`;
}
