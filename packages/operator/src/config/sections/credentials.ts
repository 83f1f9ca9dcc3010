import { annotationKey, flag, keyName, matching, objectName, oneOf, text } from '../kinds.ts';
import { given, group, open, type ValuesOf } from '../setting.ts';

/** How far the move to one meaning of each certificate field has come; see `docs/storage-credentials.md`. */
const certificateFieldStages = ['Dual', 'Warn', 'Strict'] as const;

/** `0` and `1`, too, as initializers read them. */
const textSwitch = matching('true, false, 1 or 0, as a text', /^(true|false|1|0)$/i);
/** Host and port, or a URL: it says then whether it is HTTPS. */
const endpoint = { ...matching('HOST, HOST:PORT or a URL without a password', /^[^\s@]+$/), isQuiet: true };

const s3 = {
  s3AccessKeyIDName: given(keyName, 'AWS_ACCESS_KEY_ID', "Key of Secrets under which the access key's id is."),
  s3SecretAccessKeyName: given(keyName, 'AWS_SECRET_ACCESS_KEY', 'Key of Secrets under which the access key is.'),
  s3Endpoint: open(endpoint, 'The store, where a Secret or account does not say.'),
  s3UseHttps: open(textSwitch, 'Whether it is reached by HTTPS, where nothing else says.'),
  s3Region: open(matching('a region', /^[-\w]+$/), 'Its region, where nothing else says.'),
  s3VerifySSL: open(textSwitch, 'Whether its certificate is checked, where nothing else says.'),
  s3UseVirtualBucket: open(textSwitch, 'Whether the bucket is part of the host, where nothing else says.'),
  s3UseAccelerate: open(textSwitch, "Whether Amazon's transfer acceleration is used, where nothing else says."),
  s3UseAnonymousCredential: open(textSwitch, 'Whether requests are not signed, where nothing else says.'),
  s3CABundle: open(text, 'Path of a file with certificates, where nothing else says.'),
  s3CABundleConfigMap: open(objectName, 'ConfigMap with certificates, where nothing else says.'),
};

/** Where the credentials of stores are. */
export const credentials = {
  s3: group(s3, 'Of S3.'),
  gcs: group(
    {
      gcsCredentialFileName: given(
        keyName,
        'gcloud-application-credentials.json',
        'Key of Secrets under which the key file of Google Cloud is.',
      ),
    },
    'Of Google Cloud Storage.',
  ),
  storageSpecSecretName: given(
    objectName,
    'storage-config',
    "Secret of a service's namespace in which its storage entries are.",
  ),
  storageSecretNameAnnotation: given(
    annotationKey,
    'serving.kserve.io/storageSecretName',
    "Annotation of a service that names a Secret in the place of its account's.",
  ),
  certificateFields: given(
    oneOf(...certificateFieldStages),
    'Dual',
    '`Dual` reads deprecated uses of certificate fields silently, `Warn` tells them, `Strict` refuses them at admission.',
    { since: 'Serval' },
  ),
  rolloutOnChange: given(
    flag,
    false,
    'Whether a changed credential rolls out Pods of services that do not say themselves.',
    { since: 'Serval' },
  ),
};

/** Keys of credential Secrets, and what holds where a Secret says nothing. */
export type S3Config = ValuesOf<typeof s3>;
